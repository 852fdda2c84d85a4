import { useState, useSyncExternalStore, type ReactNode } from "react";
import { AlertDialog } from "./alert-dialog.tsx";

export type ConfirmQuestion = {
  title: ReactNode;
  description: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
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

/** Asks the person; resolves to true when they confirm. Needs one ConfirmHost on the page. */
export function confirm(question: ConfirmQuestion) {
  pending?.answer(false);
  return new Promise<boolean>((resolve) => {
    publish({ question, answer: resolve });
  });
}

/** Draws the question that `confirm` asks. */
export function ConfirmHost() {
  const current = useSyncExternalStore(
    subscribe,
    () => pending,
    () => null,
  );
  // The last question stays drawn while the window fades out.
  const [shown, setShown] = useState<ConfirmQuestion | null>(null);
  if (current && current.question !== shown) setShown(current.question);
  if (!shown) return null;
  const settle = (yes: boolean) => {
    current?.answer(yes);
    publish(null);
  };
  return (
    <AlertDialog
      {...shown}
      open={current !== null}
      onOpenChange={(open) => {
        if (!open) settle(false);
      }}
      onConfirm={() => settle(true)}
    />
  );
}
