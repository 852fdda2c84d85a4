import { Slot } from "radix-ui";
import type { ReactElement } from "react";

type TooltipProps = {
  label: string;
  /** Keys that do the same, as in "mod+k". */
  shortcut?: string;
  side?: "top" | "bottom";
  children: ReactElement;
};

/** A few words on hover or focus, drawn by Overlays. Never the only place where something is said: fingers do not see it. */
export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <Slot.Root data-tooltip={label} data-tooltip-keys={shortcut} data-tooltip-side={side}>
      {children}
    </Slot.Root>
  );
}
