import { useCommand, type Command } from "./commands.ts";

/** A key that a part of the page listens to by itself, as the help sheet lists it. */
export type ListenedKey = Pick<Command, "id" | "group" | "title"> & { shortcut: string };

function ListedKey(key: ListenedKey) {
  useCommand({ ...key, hidden: true, passive: true, run: () => undefined });
  return null;
}

/** What an editor, a list or a field listens to by itself, for the help sheet. Draws nothing. */
export const ListenedKeys = ({ keys }: { keys: readonly ListenedKey[] }) =>
  keys.map((key) => <ListedKey key={key.id} {...key} />);
