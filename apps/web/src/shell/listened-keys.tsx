import { useLoaded } from "@mindmesh/ui";
import { useCommand, type Command } from "./commands.ts";
import { useFrame } from "./frame.ts";

/** A key that a part of the page listens to by itself, as the help sheet lists it. */
export type ListenedKey = Pick<Command, "id" | "group" | "title"> & { shortcut: string };

function ListedKey(key: ListenedKey) {
  useCommand({ ...key, hidden: true, passive: true, run: () => undefined });
  return null;
}

/**
 * What an editor, a list or a field listens to by itself, in the help sheet for as long as this is on the page. `load`
 * is called when the sheet is first opened, and must be the same function on every render. Draws nothing.
 */
export function ListenedKeys({ load }: { load: () => Promise<readonly ListenedKey[]> }) {
  const keys = useLoaded(
    load,
    useFrame((frame) => frame.helpOpen),
  );
  return keys?.map((key) => <ListedKey key={key.id} {...key} />);
}
