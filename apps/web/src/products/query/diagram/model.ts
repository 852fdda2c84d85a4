import type { Diagram, DiagramRelation, DiagramTable } from "@mindmesh/contracts/query/diagram";
import type { Area, Box } from "./layout.ts";

/** Which columns a table shows. */
export type ColumnMode = "all" | "keys" | "none";

export const columnModes = [
  { value: "all", label: "Columns" },
  { value: "keys", label: "Keys" },
  { value: "none", label: "Names" },
] as const satisfies readonly { value: ColumnMode; label: string }[];

/** With more tables than this, only keys are shown until somebody asks for all columns. */
export const tablesWithColumns = 30;

/** Pixels of the drawing, the same in the page and in exported pictures. */
export const measures = { width: 248, header: 36, row: 22, foot: 6 } as const;
/** A table with more columns says how many more there are. */
export const mostRows = 40;

/** How a table is named in addresses and kept arrangements. */
export const tableKey = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);

/** The columns of a table that are drawn, and how many more there are. */
export function shownColumns(table: DiagramTable, mode: ColumnMode) {
  const wanted =
    mode === "none"
      ? []
      : mode === "all"
        ? table.columns
        : table.columns.filter((column) => column.primary || column.foreign);
  const columns = wanted.slice(0, mostRows);
  return { columns, more: wanted.length - columns.length };
}

export function boxOf(table: DiagramTable, mode: ColumnMode): Box {
  const { columns, more } = shownColumns(table, mode);
  const rows = columns.length + (more > 0 ? 1 : 0);
  return {
    group: table.schema,
    width: measures.width,
    height: measures.header + rows * measures.row + (rows > 0 ? measures.foot : 0),
  };
}

/** The tables to draw by their places in the diagram, and the relations between them. */
export interface Selection {
  tables: number[];
  relations: DiagramRelation[];
}

/** What of a diagram is looked at: all but the hidden tables, of one schema, or a table with those around it. */
export interface Look {
  hidden: ReadonlySet<string>;
  schema: string | null;
  /** Place of the table in the middle, and over how many relations its surroundings reach. */
  focus: { table: number; depth: number } | null;
}

export function selectTables(diagram: Diagram, { hidden, schema, focus }: Look): Selection {
  const around = focus === null ? null : reached(diagram, focus.table, focus.depth);
  const isShown = (index: number) => {
    const table = diagram.tables[index];
    if (!table) return false;
    if (around) return around.has(index);
    return !hidden.has(tableKey(table)) && (schema === null || table.schema === schema);
  };
  const tables = [...diagram.tables.keys()].filter(isShown);
  const shown = new Set(tables);
  return { tables, relations: diagram.relations.filter(({ from, to }) => shown.has(from) && shown.has(to)) };
}

function reached(diagram: Diagram, start: number, depth: number): Set<number> {
  const neighbours = neighboursOf(diagram);
  let edge = [start];
  const all = new Set(edge);
  for (let step = 0; step < depth; step += 1) {
    edge = edge.flatMap((table) => neighbours.get(table) ?? []).filter((table) => !all.has(table));
    for (const table of edge) all.add(table);
  }
  return all;
}

function neighboursOf(diagram: Diagram): Map<number, number[]> {
  const neighbours = new Map<number, number[]>();
  const add = (from: number, to: number) => {
    const list = neighbours.get(from);
    if (list) list.push(to);
    else neighbours.set(from, [to]);
  };
  for (const { from, to } of diagram.relations) {
    add(from, to);
    add(to, from);
  }
  return neighbours;
}

/**
 * A shortest way between two tables over relations in either direction, as places of tables; null when there is none. Breadth-first
 * search: of several shortest ways the one whose relations come first.
 */
export function pathBetween(diagram: Diagram, from: number, to: number): number[] | null {
  const neighbours = neighboursOf(diagram);
  const cameFrom = new Map<number, number | null>([[from, null]]);
  const waiting = [from];
  for (const table of waiting) {
    if (table === to) break;
    for (const next of neighbours.get(table) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, table);
      waiting.push(next);
    }
  }
  if (!cameFrom.has(to)) return null;
  const path: number[] = [];
  for (let table: number | null | undefined = to; table !== null && table !== undefined; table = cameFrom.get(table)) {
    path.push(table);
  }
  return path.toReversed();
}

/** The rectangle around areas; null for none. */
export function boundsOf(areas: readonly Area[]): Area | null {
  if (areas.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of areas) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
