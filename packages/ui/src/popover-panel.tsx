import { Popover as Primitive } from "radix-ui";
import type { RefObject } from "react";
import { classNames } from "./class-names.ts";
import type { PopoverContent } from "./popover-content.ts";

type PopoverPanelProps = PopoverContent & {
  anchor: RefObject<HTMLElement | null>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** What Popover draws. */
export function PopoverPanel({
  anchor,
  open,
  onOpenChange,
  label,
  side = "bottom",
  align = "start",
  className,
  children,
}: PopoverPanelProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Anchor virtualRef={anchor} />
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={classNames(
            "z-50 w-72 max-w-[calc(100vw-1rem)] rounded-md bg-raised p-3 text-sm text-ink shadow-overlay outline-none data-[state=closed]:animate-pop-out data-[state=open]:animate-pop-in",
            className,
          )}
          // The button itself closes it, by its own click.
          onInteractOutside={(event) => {
            if (event.target instanceof Node && anchor.current?.contains(event.target)) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (document.activeElement === document.body) anchor.current?.focus();
          }}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
