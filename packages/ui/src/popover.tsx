import { Slot } from "radix-ui";
import { useRef, useState, type ReactElement } from "react";
import type { PopoverContent } from "./popover-content.ts";
import { useLoaded } from "./use-loaded.ts";

type PopoverProps = PopoverContent & {
  /** The button that opens it. */
  trigger: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

const loadPanel = () => import("./popover-panel.tsx");

/** A small window beside its button, not modal. What draws it is fetched when it first opens. */
export function Popover({ trigger, open, onOpenChange, ...content }: PopoverProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const anchor = useRef<HTMLElement>(null);
  const shown = open ?? ownOpen;
  const change = (next: boolean) => {
    setOwnOpen(next);
    onOpenChange?.(next);
  };
  const panel = useLoaded(loadPanel, shown);
  return (
    <>
      <Slot.Root ref={anchor} aria-haspopup="dialog" aria-expanded={shown} onClick={() => change(!shown)}>
        {trigger}
      </Slot.Root>
      {panel ? <panel.PopoverPanel anchor={anchor} open={shown} onOpenChange={change} {...content} /> : null}
    </>
  );
}
