import { useLoaded } from "@mindmesh/ui";
import { useNavigate } from "@tanstack/react-router";
import Settings from "lucide-react/icons/settings";
import { useCommand } from "../shell/commands.ts";
import { useFrame } from "../shell/frame.ts";

const loadCommands = () => import("./settings-commands.tsx");

/** The way into the settings by keys and palette, on every page of a workspace. Draws nothing. */
export function SettingsEntry({ workspaceId }: { workspaceId: string }) {
  const navigate = useNavigate();
  // The list of pages comes when somebody first looks for one.
  const commands = useLoaded(
    loadCommands,
    useFrame((frame) => frame.paletteOpen),
  );
  useCommand({
    id: "settings.open",
    title: "Settings",
    group: "Settings",
    icon: <Settings />,
    shortcut: "mod+,",
    run: () => void navigate({ to: "/w/$workspaceId/settings", params: { workspaceId } }),
  });
  return commands ? <commands.SettingsCommands workspaceId={workspaceId} /> : null;
}
