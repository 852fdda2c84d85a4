import type { ListenedKey } from "../../shell/listened-keys.tsx";

/** What every editor of code listens to by itself. @param group under which the help sheet lists it */
export const editorKeys = (group: string): readonly ListenedKey[] => [
  { id: "editor.complete", group, title: "Complete", shortcut: "mod+space" },
  { id: "editor.find", group, title: "Find and replace", shortcut: "mod+f" },
  { id: "editor.comment", group, title: "Comment lines out or in", shortcut: "mod+/" },
  { id: "editor.move-up", group, title: "Move lines", shortcut: "alt+arrowup" },
  { id: "editor.move-down", group, title: "Move lines", shortcut: "alt+arrowdown" },
  { id: "editor.leave", group, title: "Leave the editor", shortcut: "escape tab" },
];
