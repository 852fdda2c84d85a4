import type { Person } from "@mindmesh/contracts/identity";
import { Avatar, DropdownMenu, useTheme, type ThemeChoice } from "@mindmesh/ui";
import { useNavigate } from "@tanstack/react-router";
import LogOut from "lucide-react/icons/log-out";
import Settings from "lucide-react/icons/settings";
import { useSignOut } from "../identity/use-sign-out.ts";
import { closeDrawer } from "../shell/frame.ts";

/** Who is signed in, with the way out. */
export function AccountMenu({ person, workspaceId }: { person: Person; workspaceId: string }) {
  const [theme, setTheme] = useTheme();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <DropdownMenu
      side="top"
      entries={[
        { kind: "label", label: person.email },
        {
          kind: "choice",
          label: "Theme",
          value: theme,
          options: [
            { value: "system", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ],
          onValueChange: (value) => setTheme(value as ThemeChoice),
        },
        { kind: "separator" },
        {
          label: "Settings",
          icon: <Settings />,
          shortcut: "mod+,",
          onSelect: () => {
            closeDrawer();
            void navigate({ to: "/w/$workspaceId/settings", params: { workspaceId } });
          },
        },
        { label: "Sign out", icon: <LogOut />, onSelect: () => void signOut() },
      ]}
    >
      <button
        type="button"
        className="flex h-9 w-full min-w-0 items-center gap-2 rounded-sm px-2 text-sm text-ink transition-colors hover:bg-hover aria-expanded:bg-hover touch:h-11"
      >
        <Avatar name={person.name} />
        <span className="truncate">{person.name}</span>
      </button>
    </DropdownMenu>
  );
}
