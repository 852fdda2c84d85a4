import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ShownRow } from "./result-store.ts";

const narrowest = 56;
const widestAtFirst = 320;
/** Pixels of a character of the grid's small monospaced font, and of the room around it with the sign for its kind. */
const characterPixels = 7.3;
const around = 52;

/** Widths to begin with, in pixels: as wide as the first rows need, within bounds. */
export function firstWidths(columns: readonly ResultColumn[], rows: readonly ShownRow[]): number[] {
  return columns.map(({ name, type }, column) => {
    // The type stands behind the name in a smaller font, as far as that makes no column much wider.
    let longest = name.length + Math.min(type.length, 8) * 0.9;
    for (const { cells } of rows) longest = Math.max(longest, Math.min(60, cells[column]?.length ?? 4));
    return Math.round(Math.min(widestAtFirst, Math.max(narrowest, longest * characterPixels + around)));
  });
}

/** Where each column begins; one more than there are columns. */
export function edgesOf(widths: readonly number[]): number[] {
  const edges = [0];
  for (const width of widths) edges.push((edges.at(-1) ?? 0) + width);
  return edges;
}

/** The columns between two places, of which each end is in sight. */
export function columnsBetween(edges: readonly number[], from: number, to: number): { first: number; last: number } {
  let first = 0;
  while (first < edges.length - 2 && (edges[first + 1] ?? 0) <= from) first += 1;
  let last = first;
  while (last < edges.length - 2 && (edges[last + 1] ?? 0) < to) last += 1;
  return { first, last };
}

export { narrowest };
