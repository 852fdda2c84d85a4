import type { Me } from "@mindmesh/contracts/identity";
import { Avatar, DropdownMenu } from "@mindmesh/ui";
import { useNavigate } from "@tanstack/react-router";
import ArrowRightLeft from "lucide-react/icons/arrow-right-left";
import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import Plus from "lucide-react/icons/plus";
import Settings from "lucide-react/icons/settings";
import UserPlus from "lucide-react/icons/user-plus";
import { useCommand } from "../shell/commands.ts";
import { closeDrawer } from "../shell/frame.ts";
import { openNewWorkspace } from "./new-workspace.ts";

type Workspace = Me["workspaces"][number];
type Props = { workspaces: readonly Workspace[]; workspaceId: string };

/** Which workspace is open, and the way to the others, to its settings and to a new one. */
export function WorkspaceSwitcher({ workspaces, workspaceId }: Props) {
  const navigate = useNavigate();
  const name = workspaces.find(({ id }) => id === workspaceId)?.name ?? "Workspace";
  const openSettings = (page: string) => {
    closeDrawer();
    void navigate({ to: "/w/$workspaceId/settings/$page", params: { workspaceId, page } });
  };
  return (
    <DropdownMenu
      entries={[
        {
          kind: "choice",
          label: "Workspaces",
          value: workspaceId,
          options: workspaces.map((each) => ({
            value: each.id,
            label: each.name,
            icon: <Avatar name={each.name} size="xs" shape="square" />,
          })),
          onValueChange: (id) => {
            closeDrawer();
            void navigate({ to: "/w/$workspaceId/chat", params: { workspaceId: id } });
          },
        },
        { kind: "separator" },
        { label: "New workspace", icon: <Plus />, onSelect: openNewWorkspace },
        { label: "Invite people", icon: <UserPlus />, onSelect: () => openSettings("members") },
        { label: "Workspace settings", icon: <Settings />, onSelect: () => openSettings("workspace") },
      ]}
    >
      <button
        type="button"
        className="flex h-9 w-full min-w-0 items-center gap-2 rounded-sm pl-2 pr-1.5 text-sm font-semibold text-ink transition-colors hover:bg-hover aria-expanded:bg-hover touch:h-11"
      >
        <Avatar name={name} shape="square" />
        <span className="truncate">
          <span className="sr-only">Workspace: </span>
          {name}
        </span>
        <ChevronsUpDown aria-hidden="true" className="ml-auto size-3.5 shrink-0 text-faint" />
      </button>
    </DropdownMenu>
  );
}

/** The palette's entries for workspaces. Draws nothing. */
export function WorkspaceCommands({ workspaces, workspaceId }: Props) {
  useCommand({
    id: "workspace.new",
    title: "New workspace",
    group: "Workspaces",
    icon: <Plus />,
    keywords: ["create", "team"],
    run: openNewWorkspace,
  });
  return workspaces
    .filter(({ id }) => id !== workspaceId)
    .map((workspace) => <SwitchCommand key={workspace.id} workspace={workspace} />);
}

function SwitchCommand({ workspace: { id, name } }: { workspace: Workspace }) {
  const navigate = useNavigate();
  useCommand({
    id: `workspace.open.${id}`,
    title: `Switch to ${name}`,
    group: "Workspaces",
    icon: <ArrowRightLeft />,
    keywords: ["workspace", "team"],
    run: () => void navigate({ to: "/w/$workspaceId/chat", params: { workspaceId: id } }),
  });
  return null;
}
