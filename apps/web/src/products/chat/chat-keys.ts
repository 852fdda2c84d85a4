import type { ListenedKey } from "../../shell/listened-keys.tsx";

const writing = "Writing a message";
const list = "List of conversations";

/** What the field for a new message listens to. */
export const composerKeys: readonly ListenedKey[] = [
  { id: "chat.key.send", group: writing, title: "Send", shortcut: "enter" },
  { id: "chat.key.line", group: writing, title: "Begin a new line", shortcut: "shift+enter" },
];

/** The same where there is a message that may be changed. */
export const editKeys: readonly ListenedKey[] = [
  { id: "chat.key.edit", group: writing, title: "Edit the last message, if the field is empty", shortcut: "arrowup" },
  { id: "chat.key.leave", group: writing, title: "Leave a message as it was", shortcut: "escape" },
];

/** What the rows of the sidebar listen to. */
export const listKeys: readonly ListenedKey[] = [
  { id: "chat.key.up", group: list, title: "To the row above or below", shortcut: "arrowup" },
  { id: "chat.key.down", group: list, title: "To the row above or below", shortcut: "arrowdown" },
  { id: "chat.key.first", group: list, title: "To the first or last row", shortcut: "home" },
  { id: "chat.key.last", group: list, title: "To the first or last row", shortcut: "end" },
];
