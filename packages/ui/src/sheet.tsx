import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { useReturnFocus } from "./return-focus.ts";

const sides = {
  left: "inset-y-0 left-0 w-[min(20rem,86vw)] data-[state=closed]:animate-to-left data-[state=open]:animate-from-left",
  right:
    "inset-y-0 right-0 w-[min(28rem,94vw)] data-[state=closed]:animate-to-right data-[state=open]:animate-from-right",
  bottom:
    "inset-x-0 bottom-0 max-h-[86dvh] rounded-t-xl pb-[env(safe-area-inset-bottom)] data-[state=closed]:animate-to-bottom data-[state=open]:animate-from-bottom",
};

type SheetProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side?: keyof typeof sides;
  /** Read by screen readers; not drawn. */
  title: string;
  className?: string;
  children: ReactNode;
};

/** A drawer from an edge of the screen, modal. */
export function Sheet({ open, onOpenChange, side = "left", title, className, children }: SheetProps) {
  const focus = useReturnFocus();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <Primitive.Content
          {...focus}
          aria-describedby={undefined}
          className={classNames(
            "fixed z-40 flex flex-col bg-panel text-ink shadow-modal outline-none",
            sides[side],
            className,
          )}
        >
          <Primitive.Title className="sr-only">{title}</Primitive.Title>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
