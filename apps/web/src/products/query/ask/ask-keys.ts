import type { ListenedKey } from "../../../shell/listened-keys.tsx";

/** What the box for a question listens to by itself. */
export const askKeys: readonly ListenedKey[] = [
  { id: "query.key.ask", group: "Asking a question", title: "Ask", shortcut: "enter" },
  { id: "query.key.line", group: "Asking a question", title: "Begin a new line", shortcut: "shift+enter" },
];
