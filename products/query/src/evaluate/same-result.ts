import type { Cell } from "@mindmesh/contracts/query/engine";

/** A value without what engines write differently: zeros at the end of a decimal, the time of a day at midnight. */
export function plainCell(cell: Cell): string {
  if (cell === null) return "\u0000null";
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell)) {
    const number = Number(cell);
    // Sums of floats differ in their last digits by the order of the rows.
    return Number.isSafeInteger(number) ? String(number) : Number(number.toPrecision(12)).toString();
  }
  return cell.replace(/[ T]00:00:00(\.0+)?(\+00(:00)?|Z)?$/, "").trim();
}

/**
 * Whether two results say the same: the same rows, each as often, whatever the order of the columns and their names; in the same
 * order too with `ordered`. This is execution accuracy as text-to-SQL benchmarks measure it (Yu et al., Spider, 2018).
 */
export function sameResult(gold: Cell[][], given: Cell[][], ordered: boolean): boolean {
  if (gold.length !== given.length) return false;
  const [left, right] = [gold, given].map((rows) => rows.map((row) => row.map(plainCell)));
  if (!left || !right || left.length === 0) return true;
  const width = left[0]?.length ?? 0;
  if (right[0]?.length !== width) return false;
  const columnsOf = (rows: string[][]) => Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? ""));
  const signature = (column: string[]) => JSON.stringify(ordered ? column : column.toSorted());
  const free = columnsOf(right).map(signature);
  const places: number[] = [];
  for (const column of columnsOf(left)) {
    const at = free.findIndex((each, place) => each === signature(column) && !places.includes(place));
    if (at === -1) return false;
    places.push(at);
  }
  if (ordered) return true;
  const lines = (rows: string[][], order: number[]) =>
    rows.map((row) => JSON.stringify(order.map((at) => row[at]))).toSorted();
  const [one, other] = [lines(left, [...places.keys()]), lines(right, places)];
  return one.every((line, at) => line === other[at]);
}
