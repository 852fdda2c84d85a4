import { useCommand, type Command } from "../../../shell/commands.ts";

/** Something to do in the workbench, by the palette and by its keys. */
export const workbenchCommand = (id: string, title: string, shortcut: string | null, run: () => void): Command => ({
  id: `query.${id}`,
  title: `Query: ${title}`,
  group: "Query",
  ...(shortcut !== null && { shortcut }),
  run,
});

const listened: readonly { id: string; group: string; title: string; shortcut: string }[] = [
  { id: "complete", group: "Writing SQL", title: "Complete", shortcut: "mod+space" },
  { id: "find", group: "Writing SQL", title: "Find and replace", shortcut: "mod+f" },
  { id: "comment", group: "Writing SQL", title: "Comment lines out or in", shortcut: "mod+/" },
  { id: "move-line", group: "Writing SQL", title: "Move lines", shortcut: "alt+arrowup" },
  { id: "move-line-down", group: "Writing SQL", title: "Move lines", shortcut: "alt+arrowdown" },
  { id: "step", group: "Rows of a result", title: "Select more", shortcut: "shift+arrowdown" },
  { id: "far", group: "Rows of a result", title: "To the last row", shortcut: "mod+end" },
  { id: "all", group: "Rows of a result", title: "Select all", shortcut: "mod+a" },
  { id: "copy", group: "Rows of a result", title: "Copy the selection", shortcut: "mod+c" },
  { id: "open", group: "Rows of a result", title: "The whole value", shortcut: "enter" },
  { id: "delete", group: "Tabs of queries", title: "Close the focused tab", shortcut: "delete" },
  { id: "drag-left", group: "Tabs of queries", title: "Move the focused tab", shortcut: "alt+shift+arrowleft" },
  { id: "drag-right", group: "Tabs of queries", title: "Move the focused tab", shortcut: "alt+shift+arrowright" },
];

function ListenedKey({ id, group, title, shortcut }: (typeof listened)[number]) {
  useCommand({ id: `query.key.${id}`, group, title, shortcut, hidden: true, passive: true, run: () => undefined });
  return null;
}

/** What the editor, the rows and the tabs listen to by themselves, for the help sheet. Draws nothing. */
export const ListenedKeys = () => listened.map((each) => <ListenedKey key={each.id} {...each} />);
