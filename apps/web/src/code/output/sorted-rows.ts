export interface SortOrder {
  column: number;
  descending: boolean;
}

/** "1,234.5", "-3e-5", "12 %" as a number; NaN for what is none. */
export function numberOf(cell: string) {
  const bare = cell
    .trim()
    .replaceAll(/(?<=\d)[, _](?=\d{3}\b)/g, "")
    .replace(/\s?%$/, "");
  return bare === "" ? Number.NaN : Number(bare);
}

const looksEmpty = (cell: string) => /^(?:|nan|none|null|na|<na>|-)$/i.test(cell.trim());
const looked = 500;

/** Whether a column holds numbers, as far as its first rows tell; empty cells are neither for nor against. */
export function isNumeric(rows: readonly string[][], column: number) {
  let numbers = 0;
  for (const row of rows.slice(0, looked)) {
    const cell = row[column] ?? "";
    if (looksEmpty(cell)) continue;
    if (Number.isNaN(numberOf(cell))) return false;
    numbers += 1;
  }
  return numbers > 0;
}

/** The rows in an order, numbers by their value, words by the person's alphabet, empty cells at the end. */
export function sortedRows(rows: readonly string[][], order: SortOrder | null, numeric: readonly boolean[]) {
  if (!order) return rows;
  const { column, descending } = order;
  const alphabet = new Intl.Collator(undefined, { numeric: true });
  const sign = descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const first = one[column] ?? "";
    const second = other[column] ?? "";
    const emptiness = Number(looksEmpty(first)) - Number(looksEmpty(second));
    if (emptiness !== 0) return emptiness;
    const difference = numeric[column] ? numberOf(first) - numberOf(second) : alphabet.compare(first, second);
    return sign * (difference || 0);
  });
}
