import { classNames, CopyButton } from "@mindmesh/ui";
import { useVirtualizer } from "@tanstack/react-virtual";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import { useMemo, useRef, useState } from "react";
import type { TextTable } from "./read-html-table.ts";
import { isNumeric, sortedRows, type SortOrder } from "./sorted-rows.ts";

const rowPixels = 28;
/** Rows that are looked at to find how wide a column is. */
const measured = 200;
const narrowest = 5;
const widest = 42;

/** The widths of the columns, in characters of their font. */
function widthsOf({ columns, rows }: TextTable) {
  return columns.map((name, column) => {
    // The head has room for the arrow of its order.
    let length = name.length + 2;
    for (const row of rows.slice(0, measured)) length = Math.max(length, row[column]?.length ?? 0);
    return Math.min(widest, Math.max(narrowest, length)) + 3;
  });
}

const asTabSeparated = (columns: readonly string[], rows: readonly string[][]) =>
  [columns, ...rows].map((cells) => cells.map((cell) => cell.replaceAll(/[\t\n]/g, " ")).join("\t")).join("\n");

type DataGridProps = {
  /** Its name for screen readers, such as the name of the file. */
  label: string;
  table: TextTable;
  /** There is more in the file than is shown. */
  more?: boolean;
  className?: string;
};

/** A table of any length: only the rows in sight are in the page. A press on a column's name sorts by it. */
export function DataGrid({ label, table, more = false, className }: DataGridProps) {
  const [order, setOrder] = useState<SortOrder | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { columns } = table;
  const numeric = useMemo(() => columns.map((_, column) => isNumeric(table.rows, column)), [columns, table]);
  const widths = useMemo(() => widthsOf(table), [table]);
  const rows = useMemo(() => sortedRows(table.rows, order, numeric), [table, order, numeric]);
  // oxlint-disable-next-line react/incompatible-library -- this component is drawn anew whenever the list scrolls
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 10,
    // Before the first measuring, so that the first drawing is right.
    initialRect: { width: 600, height: 320 },
  });
  const template = { gridTemplateColumns: widths.map((width) => `minmax(${width}ch, 1fr)`).join(" ") };
  const sortBy = (column: number) =>
    setOrder((now) =>
      now?.column !== column ? { column, descending: false } : now.descending ? null : { column, descending: true },
    );

  if (columns.length === 0) return <p className="text-xs text-muted">The table is empty.</p>;
  return (
    <div className={classNames("flex min-h-0 flex-col", className)}>
      <div
        ref={scroller}
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
        tabIndex={0}
        className="max-h-80 min-h-0 flex-1 overflow-auto rounded-md border border-line bg-canvas font-mono text-xs tabular-nums -outline-offset-2"
      >
        <div className="w-max min-w-full">
          <div role="rowgroup" className="sticky top-0 z-10 bg-panel">
            <div
              role="row"
              aria-rowindex={1}
              className="grid h-7 border-b border-line touch:h-[2.8125rem]"
              style={template}
            >
              {columns.map((name, column) => (
                <div
                  // oxlint-disable-next-line react/no-array-index-key -- columns never change places
                  key={column}
                  role="columnheader"
                  aria-sort={order?.column === column ? (order.descending ? "descending" : "ascending") : "none"}
                  className="min-w-0"
                >
                  <button
                    type="button"
                    title={name}
                    onClick={() => sortBy(column)}
                    className={classNames(
                      "flex size-full min-w-0 items-center gap-1 px-2.5 font-medium text-muted -outline-offset-2 transition-colors hover:bg-hover hover:text-ink",
                      numeric[column] && "flex-row-reverse",
                    )}
                  >
                    <span className="truncate">{name || <span className="sr-only">Column {column + 1}</span>}</span>
                    {order?.column === column ? (
                      order.descending ? (
                        <ArrowDown aria-hidden="true" className="size-3 shrink-0" />
                      ) : (
                        <ArrowUp aria-hidden="true" className="size-3 shrink-0" />
                      )
                    ) : null}
                  </button>
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className="absolute inset-x-0 top-0 grid border-b border-line hover:bg-hover"
                style={{
                  ...template,
                  height: rowPixels,
                  transform: `translateY(${item.start}px)`,
                }}
              >
                {rows[item.index]?.map((cell, column) => (
                  <div
                    // oxlint-disable-next-line react/no-array-index-key -- columns never change places
                    key={column}
                    role="cell"
                    title={cell.length > widest ? cell : undefined}
                    className={classNames("truncate px-2.5 leading-7", numeric[column] && "text-right")}
                  >
                    {cell}
                  </div>
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
      <div className="flex items-center gap-1 pt-1 text-xs text-faint">
        <span>
          {more ? "First " : ""}
          {rows.length.toLocaleString()} {rows.length === 1 ? "row" : "rows"}, {columns.length}{" "}
          {columns.length === 1 ? "column" : "columns"}
        </span>
        <CopyButton text={() => asTabSeparated(columns, rows)} label="Copy the table" />
      </div>
    </div>
  );
}
