import { Slot } from "radix-ui";
import { createContext, use, useCallback, useState, type ReactElement } from "react";
import type { DialogContent } from "./dialog-content.ts";
import { useLoaded } from "./use-loaded.ts";

type DialogProps = DialogContent & {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The button that opens it, for uncontrolled use. */
  trigger?: ReactElement;
};

const CloseContext = createContext<() => void>(() => undefined);
const loadWindow = () => import("./dialog-window.tsx");

/**
 * A modal window; on phones it rises from the bottom edge. The body scrolls, title and footer stay. What draws it is
 * fetched when it first opens.
 */
export function Dialog({ open, onOpenChange, trigger, ...content }: DialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const shown = open ?? ownOpen;
  const change = useCallback(
    (next: boolean) => {
      setOwnOpen(next);
      onOpenChange?.(next);
    },
    [onOpenChange],
  );
  const close = useCallback(() => change(false), [change]);
  const drawn = useLoaded(loadWindow, shown);
  return (
    <>
      {trigger ? (
        <Slot.Root aria-haspopup="dialog" aria-expanded={shown} onClick={() => change(true)}>
          {trigger}
        </Slot.Root>
      ) : null}
      {drawn ? (
        <CloseContext value={close}>
          <drawn.DialogWindow open={shown} onOpenChange={change} {...content} />
        </CloseContext>
      ) : null}
    </>
  );
}

/** Wraps a button that closes the dialog around it. */
export function DialogClose({ children }: { children: ReactElement }) {
  return <Slot.Root onClick={use(CloseContext)}>{children}</Slot.Root>;
}
