import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { classNames, DropdownMenu } from "@mindmesh/ui";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import ChevronDown from "lucide-react/icons/chevron-down";
import Funnel from "lucide-react/icons/funnel";
import { useState, type KeyboardEvent, type PointerEvent } from "react";
import { ColumnFiguresDialog } from "./column-figures-dialog.tsx";
import { FilterDialog } from "./filter-dialog.tsx";
import type { ResultSource } from "./result-source.ts";
import type { ViewAsk } from "./result-store.ts";

type ColumnHeadProps = {
  source: ResultSource;
  column: ResultColumn;
  at: number;
  view: ViewAsk;
  left: number;
  width: number;
  onWidth: (width: number) => void;
  onSelect: () => void;
};

/** A column's name, which sorts; its menu; and the edge by which it is made wider. */
export function ColumnHead({ source, column, at, view, left, width, onWidth, onSelect }: ColumnHeadProps) {
  const [open, setOpen] = useState<"filter" | "figures" | null>(null);
  const sort = view.sort?.column === at ? view.sort : null;
  const isFiltered = view.filters.some((filter) => filter.column === at);
  const sortBy = (descending: boolean | null) =>
    void source.arrange({ ...view, sort: descending === null ? null : { column: at, descending } });
  const dragEdge = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const from = event.clientX - width;
    const edge = event.currentTarget;
    edge.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onWidth(moved.clientX - from);
    edge.addEventListener("pointermove", move);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", move), { once: true });
  };
  const widen = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(width + by);
  };
  return (
    <div
      role="columnheader"
      aria-colindex={at + 2}
      aria-sort={sort ? (sort.descending ? "descending" : "ascending") : "none"}
      className="group absolute top-0 flex h-full items-stretch border-r border-line font-sans"
      style={{ left, width }}
    >
      <button
        type="button"
        title={`${column.name} · ${column.type}`}
        onKeyDown={(event) => event.stopPropagation()}
        onClick={() => sortBy(sort === null ? false : sort.descending ? null : true)}
        className="flex min-w-0 flex-1 items-center gap-1 pl-2 text-left -outline-offset-2 transition-colors hover:bg-hover"
      >
        <span className="min-w-0 truncate text-xs font-medium text-ink">{column.name || "?"}</span>
        <span className="min-w-0 shrink-[1000] truncate font-mono text-2xs text-faint">{column.type}</span>
        {sort ? (
          sort.descending ? (
            <ArrowDown aria-hidden="true" className="size-3 shrink-0 text-accent-ink" />
          ) : (
            <ArrowUp aria-hidden="true" className="size-3 shrink-0 text-accent-ink" />
          )
        ) : null}
        {isFiltered ? <Funnel aria-hidden="true" className="size-3 shrink-0 text-accent-ink" /> : null}
      </button>
      <DropdownMenu
        align="end"
        entries={[
          { label: "Sort ascending", onSelect: () => sortBy(false) },
          { label: "Sort descending", onSelect: () => sortBy(true) },
          { label: "As it came", disabled: view.sort === null, onSelect: () => sortBy(null) },
          { kind: "separator" },
          { label: "Filter…", onSelect: () => setOpen("filter") },
          {
            label: "Remove the filter",
            disabled: !isFiltered,
            onSelect: () =>
              void source.arrange({ ...view, filters: view.filters.filter((filter) => filter.column !== at) }),
          },
          { label: "Figures of the column…", onSelect: () => setOpen("figures") },
          { kind: "separator" },
          { label: "Select the column", onSelect },
        ]}
      >
        <button
          type="button"
          aria-label={`Menu of ${column.name}`}
          onKeyDownCapture={(event) => event.nativeEvent.stopPropagation()}
          className="flex w-6 shrink-0 items-center justify-center text-faint -outline-offset-2 transition-colors hover:bg-hover hover:text-ink"
        >
          <ChevronDown aria-hidden="true" className="size-3.5" />
        </button>
      </DropdownMenu>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${column.name}`}
        aria-valuenow={Math.round(width)}
        aria-valuemin={56}
        tabIndex={-1}
        onPointerDown={dragEdge}
        onKeyDown={widen}
        className={classNames("absolute -right-1 top-0 z-10 h-full w-2 cursor-col-resize hover:bg-accent")}
      />
      {open === "filter" ? (
        <FilterDialog source={source} column={column} at={at} view={view} onClose={() => setOpen(null)} />
      ) : null}
      {open === "figures" ? (
        <ColumnFiguresDialog source={source} column={column} at={at} onClose={() => setOpen(null)} />
      ) : null}
    </div>
  );
}
