import CircleAlert from "lucide-react/icons/circle-alert";
import CircleCheck from "lucide-react/icons/circle-check";
import X from "lucide-react/icons/x";
import { Toast as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { IconButton } from "./icon-button.tsx";
import { classNames } from "./class-names.ts";
import { Spinner } from "./spinner.tsx";
import { dismissToast, useToasts, type ToastSettings, type ToastTone } from "./toast-list.ts";

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
export function ToastLayer() {
  const toasts = useToasts();
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
          className="pointer-events-auto flex items-center gap-2.5 rounded-md bg-raised py-2 pl-3 pr-2 text-sm text-ink shadow-overlay data-[state=closed]:animate-fade-out data-[state=open]:animate-toast-in data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
        >
          {icons[entry.tone ?? "neutral"] ? (
            <span className={classNames("flex", entry.description && "self-start pt-1.5")}>
              {icons[entry.tone ?? "neutral"]}
            </span>
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
