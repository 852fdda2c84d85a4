import { useEffect, useRef, type ReactNode } from "react";
import { create } from "zustand";

/** Something the person can do here and now: found in the palette, and by its keys if it has some. */
export type Command = {
  /** Unique on the page, such as "chat.new". */
  id: string;
  title: string;
  group: string;
  icon?: ReactNode;
  hint?: string;
  keywords?: readonly string[];
  /** "mod+k", "shift+n", "?", or one key after another: "g c". */
  shortcut?: string;
  /** Only keys and help sheet: for moves that make no sense in a list, such as "next message". */
  hidden?: boolean;
  /** A part of the page listens to these keys by itself, such as an editor: they stand here for the help sheet only. */
  passive?: boolean;
  /** Fires even while a window is open above the page. Keys with mod fire while typing in any case. */
  always?: boolean;
  run: () => void;
};

export const useCommands = create<{ commands: readonly Command[] }>()(() => ({ commands: [] }));

/**
 * Offers a command for as long as the calling component is on the page; nothing while `command` is null.
 * A later command with the same keys wins over an earlier one, so that a page may override the shell.
 */
export function useCommand(command: Command | null) {
  // `run` and `icon` are new on every render; reading them late keeps the registry still.
  const latest = useRef(command);
  useEffect(() => {
    latest.current = command;
  });
  const { id, title, group, hint, shortcut, hidden, passive, always } = command ?? {};
  const keywords = command?.keywords?.join("\n");
  useEffect(() => {
    if (id === undefined || title === undefined || group === undefined) return undefined;
    const registered: Command = { id, title, group, icon: latest.current?.icon, run: () => latest.current?.run() };
    if (hint !== undefined) registered.hint = hint;
    if (shortcut !== undefined) registered.shortcut = shortcut;
    if (hidden !== undefined) registered.hidden = hidden;
    if (passive !== undefined) registered.passive = passive;
    if (always !== undefined) registered.always = always;
    if (keywords !== undefined) registered.keywords = keywords.split("\n");
    useCommands.setState((state) => ({ commands: [...state.commands, registered] }));
    return () => {
      useCommands.setState((state) => ({ commands: state.commands.filter((other) => other !== registered) }));
    };
  }, [id, title, group, hint, shortcut, hidden, passive, always, keywords]);
}
