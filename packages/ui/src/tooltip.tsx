import { Tooltip as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

/** Put once near the root: tooltips then share one delay. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Primitive.Provider delayDuration={450} skipDelayDuration={200} disableHoverableContent>
      {children}
    </Primitive.Provider>
  );
}

type TooltipProps = {
  label: ReactNode;
  shortcut?: string;
  side?: ComponentProps<typeof Primitive.Content>["side"];
  children: ReactNode;
};

/** A few words on hover or focus. Never the only place where something is said: fingers do not see it. */
export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-64 items-center gap-2 rounded-sm bg-raised px-2 py-1 text-xs text-ink shadow-overlay data-[state=delayed-open]:animate-fade-in"
        >
          {label}
          {shortcut ? <Kbd keys={shortcut} /> : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
