import { useSyncExternalStore, type ReactNode } from "react";

export type ConfirmQuestion = {
  title: ReactNode;
  description: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  /** Red, for what cannot be undone. */
  danger?: boolean;
};

type Pending = { question: ConfirmQuestion; answer: (yes: boolean) => void };

let pending: Pending | null = null;
const listeners = new Set<() => void>();

function publish(next: Pending | null) {
  pending = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks the person; resolves to true when they confirm. Needs Overlays on the page. */
export function confirm(question: ConfirmQuestion) {
  pending?.answer(false);
  return new Promise<boolean>((resolve) => {
    publish({ question, answer: resolve });
  });
}

export function settleConfirm(yes: boolean) {
  pending?.answer(yes);
  publish(null);
}

/** The question on the page, if there is one. */
export const useConfirmQuestion = () =>
  useSyncExternalStore(
    subscribe,
    () => pending?.question ?? null,
    () => null,
  );
