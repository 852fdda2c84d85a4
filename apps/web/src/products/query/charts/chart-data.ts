import type { Chart } from "@mindmesh/contracts/query/charts";
import type { Cell, ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import { rowOrder } from "../workbench/results/exact-order.ts";

/** One place along the horizontal axis, with a value for each line or bar. */
export type ChartPoint = { x: string | number; label: string } & Record<`s${number}`, number | null>;

export interface ChartData {
  points: ChartPoint[];
  /** Names of the lines or bars, in order; the n-th has its values under `s<n>`. */
  series: string[];
  /** Values along x are numbers, not names. */
  numericX: boolean;
  /** Why nothing can be drawn. */
  problem: string | null;
  /** Points left out because more could not be told apart. */
  left: number;
}

/** Points that are drawn; more would fall onto the same pixels. */
const mostPoints = 2000;
const mostSeries = 8;
const rest = "others";

const numberOf = (value: Cell | undefined) => {
  // A pixel is not as exact as a number of JavaScript: only here may a value become one.
  const number = value === null || value === undefined ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
};

/** A result as a chart draws it. Values that are no numbers, NULL among them, leave a gap. */
export function chartData(
  { x, y, series, kind }: Pick<Chart, "x" | "y" | "series" | "kind">,
  columns: readonly ResultColumn[],
  given: readonly (readonly Cell[])[],
): ChartData {
  const at = (name: string | null) => (name === null ? -1 : columns.findIndex((column) => column.name === name));
  const xAt = at(x);
  const missing = [x, series, ...y].filter((name) => name !== null && at(name) === -1);
  const empty = { points: [], series: [], numericX: false, left: 0 };
  if (missing.length > 0)
    return { ...empty, problem: `The query no longer gives ${missing.join(", ")}. Choose other columns.` };
  if (y.length === 0) return { ...empty, problem: "Choose a column to draw." };
  if (given.length === 0) return { ...empty, problem: "The query gives no rows." };
  const kindX = columns[xAt]?.kind;
  const rows = goesAlong(kind, kindX) ? inOrder(given, xAt, kindX) : given;
  const numericX = kindX === "integer" || kindX === "decimal" || kindX === "float";
  const labelOf = (row: readonly Cell[], index: number) => (xAt === -1 ? String(index + 1) : (row[xAt] ?? "NULL"));
  const place = (label: string) => (numericX ? (numberOf(label) ?? label) : label);
  if (series === null) {
    const points = rows.slice(0, mostPoints).map((row, index) => {
      const label = labelOf(row, index);
      const values = Object.fromEntries(y.map((name, number) => [`s${number}`, numberOf(row[at(name)])]));
      return { x: place(label), label, ...values } as ChartPoint;
    });
    return { points, series: y, numericX, problem: null, left: rows.length - points.length };
  }
  return {
    ...bySeries(rows, { seriesAt: at(series), valueAt: at(y[0] ?? null), labelOf, place }),
    numericX,
    problem: null,
  };
}

/** Whether its axis is one of time, or a line's of numbers: places in the order of the rows would draw what never happened. */
function goesAlong(chart: Chart["kind"], kind: ColumnKind | undefined): kind is ColumnKind {
  if (kind === "date" || kind === "timestamp") return chart !== "pie";
  return (chart === "line" || chart === "area") && (kind === "integer" || kind === "decimal" || kind === "float");
}

function inOrder(rows: readonly (readonly Cell[])[], at: number, kind: ColumnKind): readonly (readonly Cell[])[] {
  const values = rows.map((row) => row[at] ?? null);
  const order = rowOrder(values, kind, false);
  return values
    .map((_, index) => index)
    .toSorted(order)
    .flatMap((index) => (rows[index] ? [rows[index]] : []));
}

function bySeries(
  rows: readonly (readonly Cell[])[],
  how: {
    seriesAt: number;
    valueAt: number;
    labelOf: (row: readonly Cell[], index: number) => string;
    place: (label: string) => string | number;
  },
): Pick<ChartData, "points" | "series" | "left"> {
  const sizes = new Map<string, number>();
  const nameOf = (row: readonly Cell[]) => row[how.seriesAt] ?? "NULL";
  for (const row of rows)
    sizes.set(nameOf(row), (sizes.get(nameOf(row)) ?? 0) + Math.abs(numberOf(row[how.valueAt]) ?? 0));
  const largest = [...sizes].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const named = largest.length > mostSeries ? largest.slice(0, mostSeries - 1) : largest;
  const names = largest.length > mostSeries ? [...named, rest] : named;
  const places = new Map(names.map((name, number) => [name, number]));
  const points = new Map<string, ChartPoint>();
  for (const [index, row] of rows.entries()) {
    const label = how.labelOf(row, index);
    let point = points.get(label);
    if (!point) {
      point = { x: how.place(label), label };
      points.set(label, point);
    }
    const number = places.get(nameOf(row)) ?? names.length - 1;
    const value = numberOf(row[how.valueAt]);
    if (value !== null) point[`s${number}`] = (point[`s${number}`] ?? 0) + value;
  }
  const all = [...points.values()];
  return { points: all.slice(0, mostPoints), series: names, left: Math.max(0, all.length - mostPoints) };
}
