import type { Cell, CutCell } from "@mindmesh/contracts/query/engine";
import type { RunPart } from "../engine.ts";

/** Bytes of rows that travel together. */
const batchBytes = 64 * 1024;
/** A longer value is cut to so many characters. */
const longestCell = 64 * 1024;
/** What a cell costs beside its text, so that a million NULLs are no endless batch. */
const cellBytes = 4;

/** Gathers rows into parts of about 64 kB and says when a limit is reached. */
export function rowBatches(limits: { rows: number; bytes: number }) {
  let rows: Cell[][] = [];
  let cuts: CutCell[] = [];
  let size = 0;
  let total = 0;
  let count = 0;
  let stoppedBy: "rows" | "bytes" | null = null;

  return {
    /**
     * Takes a row. `false`: it is beyond a limit, was left out, and no other one shall come.
     * @param bytesOf the length of a value in bytes where the text does not tell it, such as that of a BLOB
     */
    add(row: Cell[], bytesOf?: (column: number) => number | null): boolean {
      if (count >= limits.rows) {
        stoppedBy = "rows";
        return false;
      }
      let rowBytes = 0;
      for (let column = 0; column < row.length; column += 1) {
        const cell = row[column];
        rowBytes += cellBytes;
        if (cell === null || cell === undefined) continue;
        if (cell.length > longestCell) {
          cuts.push({ row: count, column, bytes: bytesOf?.(column) ?? Buffer.byteLength(cell) });
          row[column] = wholeCharacters(cell.slice(0, longestCell));
        }
        rowBytes += row[column]?.length ?? 0;
      }
      if (total + rowBytes > limits.bytes && count > 0) {
        cuts = cuts.filter((cut) => cut.row < count);
        stoppedBy = "bytes";
        return false;
      }
      rows.push(row);
      count += 1;
      size += rowBytes;
      total += rowBytes;
      return true;
    },
    get isFull() {
      return size >= batchBytes;
    },
    /** The rows gathered, or null when there are none. */
    take(): RunPart | null {
      if (rows.length === 0) return null;
      const part: RunPart = { type: "rows", rows, cuts };
      rows = [];
      cuts = [];
      size = 0;
      return part;
    },
    get rowCount() {
      return count;
    },
    get stoppedBy() {
      return stoppedBy;
    },
  };
}

/** Without the first half of a character outside the basic plane at the end. */
const wholeCharacters = (text: string) => text.replace(/[\ud800-\udbff]$/, "");
