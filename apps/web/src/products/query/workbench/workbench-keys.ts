import { editorKeys } from "../../../code/editor/editor-keys.ts";
import type { ListenedKey } from "../../../shell/listened-keys.tsx";

const rows = "Rows of a result";
const tabs = "Tabs of queries";

/** What the editor, the rows and the tabs of the workbench listen to by themselves. */
export const workbenchKeys: readonly ListenedKey[] = [
  ...editorKeys("Writing SQL"),
  { id: "query.key.step", group: rows, title: "Select more", shortcut: "shift+arrowdown" },
  { id: "query.key.far", group: rows, title: "To the last row", shortcut: "mod+end" },
  { id: "query.key.all", group: rows, title: "Select all", shortcut: "mod+a" },
  { id: "query.key.copy", group: rows, title: "Copy the selection", shortcut: "mod+c" },
  { id: "query.key.open", group: rows, title: "The whole value", shortcut: "enter" },
  { id: "query.key.delete", group: tabs, title: "Close the focused tab", shortcut: "delete" },
  { id: "query.key.drag-left", group: tabs, title: "Move the focused tab", shortcut: "alt+shift+arrowleft" },
  { id: "query.key.drag-right", group: tabs, title: "Move the focused tab", shortcut: "alt+shift+arrowright" },
];
