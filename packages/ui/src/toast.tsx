import CircleAlert from "lucide-react/icons/circle-alert";
import CircleCheck from "lucide-react/icons/circle-check";
import X from "lucide-react/icons/x";
import { Toast as Primitive } from "radix-ui";
import { useSyncExternalStore, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { IconButton } from "./icon-button.tsx";
import { Spinner } from "./spinner.tsx";

type ToastTone = "neutral" | "success" | "danger" | "busy";

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

type ShownToast = ToastSettings & { id: string; title: ReactNode; open: boolean };

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

/** Says something in passing. Needs one Toaster on the page. Gives back the id for `dismissToast`. */
export function toast(title: ReactNode, settings: ToastSettings = {}) {
  count += 1;
  const id = settings.id ?? `toast-${count}`;
  const entry: ShownToast = { ...settings, id, title, open: true };
  const replaces = shown.some((other) => other.id === id);
  publish(replaces ? shown.map((other) => (other.id === id ? entry : other)) : [...shown, entry].slice(-mostAtOnce));
  return id;
}

export function dismissToast(id: string) {
  const going = shown.find((entry) => entry.id === id && entry.open);
  if (!going) return;
  publish(shown.map((entry) => (entry === going ? { ...entry, open: false } : entry)));
  going.onClose?.();
  setTimeout(() => publish(shown.filter((entry) => entry.id !== id || entry.open)), fadeMilliseconds);
}

function durationOf({ tone, action, duration }: ToastSettings) {
  if (duration !== undefined) return duration;
  if (tone === "busy") return Infinity;
  return action ? 8000 : 5000;
}

const icons: Record<ToastTone, ReactNode> = {
  neutral: null,
  success: <CircleCheck aria-hidden="true" className="size-4 text-success-ink" />,
  danger: <CircleAlert aria-hidden="true" className="size-4 text-danger-ink" />,
  busy: <Spinner className="size-4 text-muted" />,
};

/** Draws the toasts: at the bottom right, on phones under the top bar where no composer is covered. F8 moves there. */
export function Toaster() {
  const toasts = useSyncExternalStore(
    subscribe,
    () => shown,
    () => shown,
  );
  return (
    <Primitive.Provider swipeDirection="right">
      {toasts.map((entry) => (
        <Primitive.Root
          key={entry.id}
          open={entry.open}
          duration={durationOf(entry)}
          type={entry.tone === "danger" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) dismissToast(entry.id);
          }}
          className="pointer-events-auto flex items-start gap-2.5 rounded-md bg-raised py-2 pl-3 pr-2 text-sm text-ink shadow-overlay data-[state=closed]:animate-fade-out data-[state=open]:animate-toast-in data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
        >
          {icons[entry.tone ?? "neutral"] ? (
            <span className="mt-1.5 flex">{icons[entry.tone ?? "neutral"]}</span>
          ) : null}
          <div className="min-w-0 flex-1 py-1">
            <Primitive.Title className="break-words font-medium">{entry.title}</Primitive.Title>
            {entry.description ? (
              <Primitive.Description className="mt-0.5 break-words text-xs text-muted">
                {entry.description}
              </Primitive.Description>
            ) : null}
          </div>
          {entry.action ? (
            <Primitive.Action asChild altText={entry.action.label}>
              <Button size="sm" onClick={entry.action.onSelect}>
                {entry.action.label}
              </Button>
            </Primitive.Action>
          ) : null}
          <Primitive.Close asChild>
            <IconButton size="sm" label="Dismiss" icon={<X />} tooltip={false} />
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className="pointer-events-none fixed bottom-4 right-4 z-50 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col gap-2 outline-none phone:bottom-auto phone:right-3 phone:top-[calc(env(safe-area-inset-top)+3.75rem)]" />
    </Primitive.Provider>
  );
}
