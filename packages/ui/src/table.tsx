import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

/**
 * Looks for a plain table: write thead, tbody, tr, th and td inside. Scrolls sideways within itself, hidden words too.
 * Mark numbers with `data-numeric` on th and td. `label` names it for screen readers.
 */
export function Table({ label, className, ...rest }: ComponentProps<"table"> & { label: string }) {
  return (
    // A region that scrolls must be reachable by keyboard, hence the tabIndex.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section aria-label={label} tabIndex={0} className={classNames("relative overflow-x-auto", className)}>
      <table
        className={classNames(
          "w-full border-collapse text-left text-sm tabular-nums",
          "[&_th]:h-8 [&_th]:whitespace-nowrap [&_th]:border-b [&_th]:border-line [&_th]:px-3 [&_th]:text-xs [&_th]:font-medium [&_th]:text-faint",
          "[&_td]:h-10 [&_td]:border-b [&_td]:border-line [&_td]:px-3 [&_td]:py-1.5 [&_tbody_tr:last-child_td]:border-0",
          "[&_[data-numeric]]:text-right [&_tbody_tr]:transition-colors [&_tbody_tr:hover]:bg-hover",
        )}
        {...rest}
      />
    </section>
  );
}
