import type { Cell, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";
import { columnFigures, type ColumnFigures } from "./column-statistics.ts";
import { rowOrder } from "./exact-order.ts";
import { passes, type Filter } from "./filters.ts";

/** UTF-16 units of rows that are kept at hand; the rest is asked for again when somebody comes by. */
const unitsAtHand = 24 * 1024 * 1024;
/** More blocks than these at once to show one sight of a sorted result are picked by the server instead. */
const fewBlocks = 6;

export interface ShownRow {
  /** In the result, from 0. */
  row: number;
  cells: Cell[];
  /** Columns whose value is only a beginning. */
  cut: number[];
}

export interface ViewAsk {
  sort: { column: number; descending: boolean } | null;
  filters: Filter[];
}

interface Fetching {
  block(firstRow: number): Promise<ResultBlock>;
  pick(rows: number[]): Promise<Pick<ResultBlock, "rows" | "cuts">>;
}

/** One result as the worker has it: blocks at hand within a fixed memory, and the order in which its rows are shown. */
export function createResultStore(columns: ResultColumn[], fetching: Fetching) {
  const atHand = new Map<number, { block: Promise<ResultBlock>; units: number }>();
  let units = 0;
  let starts: number[] = [];
  let total = 0;
  /** Rows in the order of the view; null: all, as they came. */
  let shown: Uint32Array | null = null;

  async function block(firstRow: number): Promise<ResultBlock> {
    const known = atHand.get(firstRow);
    if (known) {
      atHand.delete(firstRow);
      atHand.set(firstRow, known);
      return known.block;
    }
    const entry = { block: fetching.block(firstRow), units: 0 };
    atHand.set(firstRow, entry);
    try {
      const loaded = await entry.block;
      let size = 0;
      for (const row of loaded.rows) for (const cell of row) size += 8 + (cell?.length ?? 0);
      if (atHand.get(firstRow) !== entry) return loaded;
      entry.units = size;
      units += size;
      for (const [key, old] of atHand) {
        if (units <= unitsAtHand || key === firstRow) break;
        atHand.delete(key);
        units -= old.units;
      }
      return loaded;
    } catch (error) {
      atHand.delete(firstRow);
      throw error;
    }
  }

  /** The block that a row is in: the last one that begins at or before it. */
  function startOf(row: number): number {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return starts[low] ?? 0;
  }

  const shownRow = (found: ResultBlock, row: number): ShownRow => ({
    row,
    cells: found.rows[row - found.firstRow] ?? [],
    cut: found.cuts.filter((cut) => cut.row === row).map(({ column }) => column),
  });

  async function rowsByNumber(numbers: number[]): Promise<ShownRow[]> {
    const wanted = new Set(numbers.map(startOf));
    const missing = [...wanted].filter((start) => !atHand.has(start));
    if (missing.length > fewBlocks) {
      const { rows, cuts } = await fetching.pick(numbers);
      return numbers.map((row, at) => ({
        row,
        cells: rows[at] ?? [],
        cut: cuts.filter((cut) => cut.row === row).map(({ column }) => column),
      }));
    }
    const blocks = new Map<number, ResultBlock>();
    for (const start of wanted) blocks.set(start, await block(start));
    return numbers.flatMap((row) => {
      const found = blocks.get(startOf(row));
      return found ? [shownRow(found, row)] : [];
    });
  }

  /** Reads every block once, and leaves what is at hand as it is: a million rows must not push out what is looked at. */
  async function everyRow(
    visit: (row: number, cells: Cell[]) => void,
    progress: (share: number) => void,
    isWanted: () => boolean,
  ): Promise<void> {
    const all = [...starts];
    let next = all[0] === undefined ? null : read(all[0]);
    for (let at = 0; at < all.length; at += 1) {
      const current = next;
      const following = all[at + 1];
      next = following === undefined ? null : read(following);
      next?.catch(() => undefined);
      const found = await current;
      if (!isWanted()) return;
      found?.rows.forEach((cells, index) => visit(found.firstRow + index, cells));
      progress((at + 1) / all.length);
    }
  }

  const read = (start: number) => atHand.get(start)?.block ?? fetching.block(start);

  return {
    /** More of the result is there. */
    grow(firstRows: number[], rows: number): void {
      starts = firstRows;
      total = rows;
    },
    /** Sorts and filters. Gives the number of rows that pass; null when another view was asked for meanwhile. */
    async arrange(
      { sort, filters }: ViewAsk,
      progress: (share: number) => void,
      isWanted: () => boolean,
    ): Promise<number | null> {
      if (sort === null && filters.length === 0) {
        shown = null;
        return total;
      }
      const tests = filters.map((filter) => ({
        column: filter.column,
        test: passes(filter, columns[filter.column]?.kind ?? "text"),
      }));
      const kept = new Uint32Array(total);
      const values: Cell[] = [];
      let count = 0;
      await everyRow(
        (row, cells) => {
          if (!tests.every(({ column, test }) => test(cells[column] ?? null))) return;
          kept[count] = row;
          count += 1;
          if (sort) values.push(cells[sort.column] ?? null);
        },
        progress,
        isWanted,
      );
      if (!isWanted()) return null;
      if (!sort) {
        shown = kept.slice(0, count);
        return count;
      }
      const places = Uint32Array.from({ length: count }, (_, at) => at);
      const order = rowOrder(values, columns[sort.column]?.kind ?? "text", sort.descending);
      places.sort((a, b) => order(a, b) || a - b);
      shown = places.map((at) => kept[at] ?? 0);
      return count;
    },
    /** Rows of the view from one place up to another. */
    async rows(from: number, to: number): Promise<ShownRow[]> {
      const numbers: number[] = [];
      for (let at = from; at < Math.min(to, shown?.length ?? total); at += 1) numbers.push(shown?.[at] ?? at);
      const found: ShownRow[] = [];
      // The server picks at most 500 at once.
      for (let at = 0; at < numbers.length; at += 500) {
        found.push(...(await rowsByNumber(numbers.slice(at, at + 500))));
      }
      return found;
    },
    /** Figures of a column over all rows of the result. */
    async figures(column: number, progress: (share: number) => void): Promise<ColumnFigures> {
      const values: Cell[] = [];
      await everyRow(
        (_, cells) => values.push(cells[column] ?? null),
        progress,
        () => true,
      );
      return columnFigures(values, columns[column]?.kind ?? "text");
    },
  };
}
