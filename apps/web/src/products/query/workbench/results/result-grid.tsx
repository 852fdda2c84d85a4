import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { classNames } from "@mindmesh/ui";
import {
  memo,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type PointerEvent,
} from "react";
import { CellViewer } from "./cell-viewer.tsx";
import { ColumnHead } from "./column-head.tsx";
import { columnsBetween, edgesOf, firstWidths, narrowest } from "./column-widths.ts";
import { copyArea } from "./copy-area.ts";
import type { ResultSource } from "./result-source.ts";
import type { ShownRow } from "./result-store.ts";
import { useRowScroll } from "./row-scroll.ts";
import { areaOf, cellAt, movedBy, type Area, type Selection } from "./selection.ts";

export const rowPixels = 28;
const headPixels = 32;
/** Rows drawn beyond the sight, so that a turn of the wheel finds them there. */
const beyond = 8;
const longestDrawn = 400;

type GridProps = {
  source: ResultSource;
  engine: EngineKind;
  label: string;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
};

/** The rows of a result, as many as there are: only what is in sight is drawn and held. */
export function ResultGrid({ source, engine, label, selection, onSelect }: GridProps) {
  useSyncExternalStore(source.subscribe, source.revision);
  const { rows, view } = source.state();
  const { columns } = source;
  const [ownWidths, setOwnWidths] = useState<Record<number, number>>({});
  const hasRows = source.row(0) !== undefined;
  const measured = useMemo(
    () => firstWidths(columns, hasRows ? Array.from({ length: 50 }, (_, at) => source.row(at) ?? []).flat() : []),
    [columns, hasRows, source],
  );
  const numberWidth = Math.max(40, String(rows).length * 8 + 20);
  const widths = useMemo(() => measured.map((width, column) => ownWidths[column] ?? width), [measured, ownWidths]);
  const edges = useMemo(() => edgesOf(widths), [widths]);
  const { scroller, setScroller, sight, drawn, shift, goTo } = useRowScroll(rows, rowPixels, headPixels);
  const [opened, setOpened] = useState<{ row: number; column: number } | null>(null);

  const first = Math.max(0, Math.floor(sight.top / rowPixels) - beyond);
  const last = Math.min(rows - 1, Math.ceil((sight.top + sight.height) / rowPixels) + beyond);
  const seen = columnsBetween(edges, sight.left - 200, sight.left + sight.width + 200);
  // An outside system: the worker fetches what is looked at.
  useEffect(() => {
    if (last >= first) source.want(first, last);
  });
  const area = selection ? areaOf(selection) : null;

  const reveal = useCallback(
    ({ row, column }: Selection["focus"]) => {
      const top = row * rowPixels;
      if (top < sight.top) goTo(top);
      else if (top + rowPixels > sight.top + sight.height) goTo(top + rowPixels - sight.height);
      if (!scroller) return;
      const [left = 0, right = 0] = [edges[column], edges[column + 1]];
      const room = sight.width - numberWidth;
      if (left < scroller.scrollLeft) scroller.scrollTo({ left });
      else if (right > scroller.scrollLeft + room) scroller.scrollTo({ left: Math.min(left, right - room) });
    },
    [edges, goTo, numberWidth, scroller, sight],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed into a window above the grid comes by here too.
    if (rows === 0 || !event.currentTarget.contains(event.target as Node)) return;
    const now = selection ?? cellAt(0, 0);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "c") {
      event.preventDefault();
      void copyArea(source, areaOf(now), "tsv", engine);
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      setOpened(now.focus);
      return;
    }
    if (event.key === "Escape" && selection) {
      event.stopPropagation();
      onSelect(null);
      return;
    }
    const page = Math.max(1, Math.floor(sight.height / rowPixels) - 1);
    const next = movedBy(event, now, { rows, columns: columns.length, page });
    if (!next) return;
    event.preventDefault();
    onSelect(next);
    reveal(next.focus);
  };
  const cellOf = (event: PointerEvent): { row: number; column: number } | null => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-cell]");
    if (!cell) return null;
    const [row, column] = (cell.dataset["cell"] ?? "").split(":").map(Number);
    return row === undefined || column === undefined ? null : { row, column };
  };
  const dragging = useRef(false);

  return (
    <div
      ref={setScroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={selection ? `cell-${selection.focus.row}-${selection.focus.column}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        const place = event.button === 0 ? cellOf(event) : null;
        if (!place) return;
        // A finger that scrolls must not select on its way.
        dragging.current = event.pointerType === "mouse";
        const begin = place.column < 0 ? { row: place.row, column: 0 } : place;
        const end = place.column < 0 ? { row: place.row, column: columns.length - 1 } : place;
        onSelect({ anchor: event.shiftKey && selection ? selection.anchor : begin, focus: end });
      }}
      onPointerMove={(event) => {
        const place = dragging.current && event.buttons === 1 ? cellOf(event) : null;
        if (!place || !selection) return;
        const focus = place.column < 0 ? { row: place.row, column: columns.length - 1 } : place;
        if (focus.row !== selection.focus.row || focus.column !== selection.focus.column) {
          onSelect({ anchor: selection.anchor, focus });
        }
      }}
      onDoubleClick={(event) => {
        if (selection && event.currentTarget.contains(event.target as Node)) setOpened(selection.focus);
      }}
      className="relative min-h-0 flex-1 select-none overflow-auto bg-canvas font-mono text-xs tabular-nums -outline-offset-2"
    >
      <div role="rowgroup" className="sticky top-0 z-20">
        <div
          role="row"
          aria-rowindex={1}
          className="relative border-b border-line-strong bg-panel"
          style={{ height: headPixels, width: numberWidth + (edges.at(-1) ?? 0), minWidth: "100%" }}
        >
          <div
            role="columnheader"
            aria-colindex={1}
            className="sticky left-0 z-10 h-full border-r border-line bg-panel"
            style={{ width: numberWidth }}
          >
            <span className="sr-only">Row</span>
          </div>
          {columns.slice(seen.first, seen.last + 1).map((column, index) => {
            const at = seen.first + index;
            return (
              <ColumnHead
                // oxlint-disable-next-line react/no-array-index-key -- columns never change places
                key={at}
                source={source}
                column={column}
                at={at}
                view={view}
                left={numberWidth + (edges[at] ?? 0)}
                width={widths[at] ?? narrowest}
                onWidth={(width) => setOwnWidths((now) => ({ ...now, [at]: Math.max(narrowest, width) }))}
                onSelect={() =>
                  rows > 0 && onSelect({ anchor: { row: 0, column: at }, focus: { row: rows - 1, column: at } })
                }
              />
            );
          })}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: drawn, width: numberWidth + (edges.at(-1) ?? 0) }}>
        {Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
          const at = first + index;
          return (
            <GridRow
              key={at}
              at={at}
              shown={source.row(at)}
              top={at * rowPixels - shift}
              numberWidth={numberWidth}
              columns={columns}
              edges={edges}
              firstColumn={seen.first}
              lastColumn={seen.last}
              area={area && at >= area.top && at <= area.bottom ? area : null}
              focus={selection?.focus.row === at ? selection.focus.column : null}
            />
          );
        })}
      </div>
      {opened ? (
        <CellViewer
          source={source}
          engine={engine}
          row={opened.row}
          column={opened.column}
          onClose={() => {
            setOpened(null);
            scroller?.focus();
          }}
        />
      ) : null}
    </div>
  );
}

const rightAligned = new Set(["integer", "decimal", "float"]);

type RowProps = {
  at: number;
  shown: ShownRow | undefined;
  top: number;
  numberWidth: number;
  columns: ResultSource["columns"];
  edges: readonly number[];
  firstColumn: number;
  lastColumn: number;
  area: Area | null;
  focus: number | null;
};

const GridRow = memo(function GridRow(props: RowProps) {
  const { at, shown, top, numberWidth, columns, edges, firstColumn, lastColumn, area, focus } = props;
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      className="absolute left-0 top-0 w-full border-b border-line"
      style={{ height: rowPixels, transform: `translateY(${top}px)` }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        data-cell={`${at}:-1`}
        className={classNames(
          "sticky left-0 z-10 h-full border-r border-line bg-panel px-2 text-right leading-[27px] text-faint",
          area && "bg-selected text-ink",
        )}
        style={{ width: numberWidth }}
      >
        {((shown?.row ?? at) + 1).toLocaleString("en")}
      </div>
      {columns.slice(firstColumn, lastColumn + 1).map(({ kind }, index) => {
        const column = firstColumn + index;
        const value = shown?.cells[column];
        const isSelected = area !== null && column >= area.left && column <= area.right;
        return (
          <div
            // oxlint-disable-next-line react/no-array-index-key -- columns never change places
            key={column}
            id={focus === column ? `cell-${at}-${column}` : undefined}
            role="gridcell"
            aria-colindex={column + 2}
            aria-selected={isSelected}
            data-cell={`${at}:${column}`}
            className={classNames(
              "absolute top-0 h-full overflow-hidden text-ellipsis whitespace-pre border-r border-line px-2 leading-[27px]",
              rightAligned.has(kind) && "text-right",
              isSelected && "bg-accent-soft",
              focus === column && "outline-2 -outline-offset-2 outline-focus",
            )}
            style={{
              left: numberWidth + (edges[column] ?? 0),
              width: (edges[column + 1] ?? 0) - (edges[column] ?? 0),
            }}
          >
            {shown === undefined ? (
              <span className="inline-block h-2 w-3/5 rounded-xs bg-hover" />
            ) : value === null || value === undefined ? (
              <span className="italic text-faint">NULL</span>
            ) : (
              <Value text={value} cut={shown.cut.includes(column)} />
            )}
          </div>
        );
      })}
    </div>
  );
});

/** A value in one line: breaks are shown as marks, and what is longer than any column is wide is not drawn. */
function Value({ text, cut }: { text: string; cut: boolean }) {
  if (text === "") return <span className="sr-only">empty text</span>;
  const drawn = text.length > longestDrawn ? text.slice(0, longestDrawn).toWellFormed() : text;
  return (
    <>
      {drawn.replaceAll(/\r\n|\n|\r/g, "↵").replaceAll("\t", "⇥")}
      {cut ? <span className="text-warning-ink"> …</span> : null}
    </>
  );
}
