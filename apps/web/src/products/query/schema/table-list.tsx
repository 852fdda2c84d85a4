import type { OutlineTable, SchemaOutline } from "@mindmesh/contracts/query/schema";
import { classNames, SearchInput } from "@mindmesh/ui";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import ChevronRight from "lucide-react/icons/chevron-right";
import Eye from "lucide-react/icons/eye";
import LayoutDashboard from "lucide-react/icons/layout-dashboard";
import Table2 from "lucide-react/icons/table-2";
import { useMemo, useRef, type KeyboardEvent } from "react";
import { findTables, writeTable } from "./find-tables.ts";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

type Row = { kind: "schema"; name: string; count: number } | { kind: "table"; table: OutlineTable; matches: string[] };

const headerPixels = 28;
const rowPixels = 32;
const fingerPixels = 44;

type TableListProps = { outline: SchemaOutline; chosen: { schema: string; name: string } | null };

/** All tables by schema, found by name, column or comment; only those in sight are in the page. */
export function TableList({ outline, chosen }: TableListProps) {
  const { workspaceId, connectionId, section } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const find = search.find ?? "";
  const rows = useMemo(() => rowsOf(outline.tables, find), [outline.tables, find]);
  const scroller = useRef<HTMLDivElement>(null);
  const touch = useMemo(() => matchMedia("(pointer: coarse), (width < 48rem)").matches, []);
  // oxlint-disable-next-line react/incompatible-library -- this component is drawn anew whenever the list scrolls
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => pixelsOf(rows[index], touch),
    overscan: 12,
    getItemKey: (index) => keyOf(rows[index], index),
  });
  const focusRow = (index: number, by: 1 | -1) => {
    let next = index;
    while (rows[next]?.kind === "schema") next += by;
    if (rows[next] === undefined) return;
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : null;
    if (by === null) return;
    const row = (event.target as HTMLElement).dataset["row"];
    event.preventDefault();
    focusRow(row === undefined ? 0 : Number(row) + by, by);
  };
  return (
    // Arrow keys move between the links inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <div className="border-b border-line p-2">
        <SearchInput
          label="Find tables and columns"
          value={find}
          onValueChange={(value) => void navigate({ search: { ...search, find: value || undefined }, replace: true })}
        />
      </div>
      <Link
        to="/w/$workspaceId/query/c/$connectionId/$section"
        params={{ workspaceId, connectionId, section }}
        search={{ ...search, table: undefined, view: "overview" }}
        aria-current={chosen === null ? "true" : undefined}
        className={classNames(
          "mx-1 mt-1 flex h-8 shrink-0 items-center gap-2 rounded-sm px-2 text-sm transition-colors touch:h-11",
          chosen === null ? "font-medium text-ink md:bg-selected" : "text-muted hover:bg-hover hover:text-ink",
        )}
      >
        <LayoutDashboard aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
        <span className="flex-1">Overview</span>
        <ChevronRight aria-hidden="true" className="size-3.5 text-faint md:hidden" />
      </Link>
      {rows.length === 0 ? (
        <p className="p-4 text-center text-sm text-muted">
          {find === "" ? "There are no tables that this login may see." : "No table or column fits these words."}
        </p>
      ) : null}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto p-1">
        <ul aria-label="Tables" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <li
                key={item.key}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {row.kind === "schema" ? (
                  <p className="flex h-full items-end gap-2 px-2 pb-1 text-2xs font-medium text-faint">
                    <span className="truncate">{row.name}</span>
                    <span className="tabular-nums">{row.count}</span>
                  </p>
                ) : (
                  <Link
                    to="/w/$workspaceId/query/c/$connectionId/$section"
                    params={{ workspaceId, connectionId, section }}
                    search={{ ...search, view: undefined, table: writeTable(row.table) }}
                    data-row={item.index}
                    aria-current={isSame(row.table, chosen) ? "true" : undefined}
                    className={classNames(
                      "flex h-full items-center gap-2 rounded-sm px-2 text-sm transition-colors focus-visible:-outline-offset-2",
                      isSame(row.table, chosen)
                        ? "bg-selected font-medium text-ink"
                        : "text-muted hover:bg-hover hover:text-ink",
                    )}
                  >
                    <TableSign kind={row.table.kind} />
                    <span className="flex min-w-0 flex-1 flex-col">
                      <span className="truncate">{row.table.name}</span>
                      {row.matches.length > 0 ? (
                        <span className="truncate text-2xs font-normal text-faint">{row.matches.join(", ")}</span>
                      ) : null}
                    </span>
                    <span className="shrink-0 text-2xs font-normal tabular-nums text-faint">
                      {countInShort(row.table.rowEstimate)}
                    </span>
                  </Link>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

export function TableSign({ kind }: { kind: OutlineTable["kind"] }) {
  const isView = kind === "view" || kind === "materialized view";
  return isView ? (
    <Eye aria-label={kind} className="size-3.5 shrink-0 text-faint" />
  ) : (
    <Table2 aria-label={kind} className="size-3.5 shrink-0 text-faint" />
  );
}

const isSame = (table: OutlineTable, chosen: TableListProps["chosen"]) =>
  table.schema === chosen?.schema && table.name === chosen.name;

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const countInShort = (count: number | null) => (count === null ? "" : short.format(count));

function pixelsOf(row: Row | undefined, touch: boolean): number {
  if (row?.kind === "schema") return headerPixels;
  const plain = touch ? fingerPixels : rowPixels;
  return row !== undefined && row.matches.length > 0 ? plain + 14 : plain;
}

const keyOf = (row: Row | undefined, index: number) =>
  row === undefined ? index : row.kind === "schema" ? `schema/${row.name}` : writeTable(row.table);

/** What is found, by schema; with words in the order of how well it fits. */
function rowsOf(tables: readonly OutlineTable[], find: string): Row[] {
  const found = findTables(tables, find);
  const words = find
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean);
  const tableRow = (table: OutlineTable): Row => ({ kind: "table", table, matches: matchesOf(table, words) });
  const schemas = [...new Set(found.map(({ schema }) => schema))];
  if (schemas.length <= 1) return found.map(tableRow);
  return schemas.flatMap((name): Row[] => {
    const own = found.filter(({ schema }) => schema === name);
    return [{ kind: "schema", name, count: own.length }, ...own.map(tableRow)];
  });
}

/** Columns for which a table was found, where its own name does not say it. */
function matchesOf({ schema, name, columns }: OutlineTable, words: readonly string[]): string[] {
  const own = `${schema} ${name}`.toLowerCase();
  const others = words.filter((word) => !own.includes(word));
  if (others.length === 0) return [];
  return columns
    .map((column) => column.name)
    .filter((column) => others.some((word) => column.toLowerCase().includes(word)))
    .slice(0, 5);
}
