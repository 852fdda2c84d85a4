import { useSyncExternalStore, type ReactNode } from "react";

export type ToastTone = "neutral" | "success" | "danger" | "busy";

export type ToastSettings = {
  /** Showing a toast with the id of one that is up replaces it. */
  id?: string;
  tone?: ToastTone;
  description?: ReactNode;
  /** One thing to do, most often Undo. Pressing it closes the toast. */
  action?: { label: string; onSelect: () => void };
  /** Milliseconds; Infinity stays until closed. Unless told: 5 s, 8 s with an action, for ever while busy. */
  duration?: number;
  /** Runs once when the toast goes, whether by time, by hand or by its action. */
  onClose?: () => void;
};

export type ShownToast = ToastSettings & { id: string; title: ReactNode; open: boolean };

const mostAtOnce = 3;
const fadeMilliseconds = 200;
let shown: readonly ShownToast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function publish(next: readonly ShownToast[]) {
  shown = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useToasts = () =>
  useSyncExternalStore(
    subscribe,
    () => shown,
    () => shown,
  );

/** Says something in passing. Needs Overlays on the page. Gives back the id for `dismissToast`. */
export function toast(title: ReactNode, settings: ToastSettings = {}) {
  count += 1;
  const id = settings.id ?? `toast-${count}`;
  const entry: ShownToast = { ...settings, id, title, open: true };
  if (shown.some((other) => other.id === id)) {
    publish(shown.map((other) => (other.id === id ? entry : other)));
    return id;
  }
  const next = [...shown, entry];
  for (const pushedOut of next.slice(0, -mostAtOnce)) if (pushedOut.open) pushedOut.onClose?.();
  publish(next.slice(-mostAtOnce));
  return id;
}

/** Takes a toast away; nothing if it has gone already. */
export function dismissToast(id: string) {
  const going = shown.find((entry) => entry.id === id && entry.open);
  if (!going) return;
  publish(shown.map((entry) => (entry === going ? { ...entry, open: false } : entry)));
  going.onClose?.();
  setTimeout(() => publish(shown.filter((entry) => entry.id !== id || entry.open)), fadeMilliseconds);
}
