import { useSyncExternalStore } from "react";
import type { MenuEntry } from "./menu-entry.ts";

export type MenuRequest = {
  entries: readonly MenuEntry[];
  /** Its name for screen readers. */
  label: string;
  /** Where it hangs, in pixels of the window; a point has no width and height. */
  anchor: { left: number; top: number; width: number; height: number };
  side: "top" | "right" | "bottom" | "left";
  align: "start" | "center" | "end";
  /** Gets the focus back. */
  opener: HTMLElement | null;
  /** Opened by keyboard: the first entry is focused. */
  byKeyboard: boolean;
  onClose?: () => void;
};

let current: MenuRequest | null = null;
let lastOpener: HTMLElement | null = null;
const listeners = new Set<() => void>();

function publish(next: MenuRequest | null) {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens the one menu of the page. One layer serves all: a list of a thousand rows carries no thousand menus. */
export function openMenu(request: MenuRequest) {
  current?.onClose?.();
  lastOpener = request.opener;
  publish(request);
}

export function closeMenu() {
  current?.onClose?.();
  publish(null);
}

/** What opened the menu that is open or was open last. */
export const menuOpener = () => lastOpener;

export const useOpenMenu = () =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => null,
  );
