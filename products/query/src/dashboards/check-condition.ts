import type { AlertCondition, TileResult } from "@mindmesh/contracts/query/dashboards";

/** A decimal number of any length as a fraction over a power of ten; null for what is none. */
function exact(text: string): { digits: bigint; scale: number } | null {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (!match || whole + fraction === "") return null;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}`);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/**
 * Compares two values as numbers where both are, exactly and of any length, otherwise as text in code-unit order (which is the order of
 * time for ISO dates). Below 0: the first is smaller.
 */
export function compareValues(a: string, b: string): number {
  const [one, other] = [exact(a), exact(b)];
  if (one === null || other === null) return a < b ? -1 : a > b ? 1 : 0;
  const scale = Math.max(one.scale, other.scale);
  const left = one.digits * 10n ** BigInt(scale - one.scale);
  const right = other.digits * 10n ** BigInt(scale - other.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

const holds: Record<AlertCondition["operator"], (order: number) => boolean> = {
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
};

/**
 * Whether a result meets a condition, and what was found, in words. NULL meets none. Of no rows "any" is not met, and "all" neither:
 * nothing is there that could be told of.
 * @throws Error when the result has no such column
 */
export function checkCondition(
  { columns, rows, more }: Pick<TileResult, "columns" | "rows" | "more">,
  condition: AlertCondition,
): { met: boolean; finding: string } {
  const { column, operator, value, over } = condition;
  const meets = (found: string) => holds[operator](compareValues(found, value));
  if (column === null) {
    const count = String(rows.length);
    return { met: meets(count), finding: `${more ? "At least " : ""}${count} ${count === "1" ? "row" : "rows"}` };
  }
  const index = columns.findIndex(({ name }) => name === column);
  if (index === -1) throw new Error(`The query no longer gives a column "${column}".`);
  const values = rows.map((row) => row[index] ?? null);
  const hits = values.filter((found): found is string => found !== null && meets(found));
  const met = over === "any" ? hits.length > 0 : values.length > 0 && hits.length === values.length;
  const shown = (met ? hits : values.filter((found) => found !== null)).slice(0, 3).join(", ");
  return { met, finding: `${column}: ${shown === "" ? "no value" : shown}` };
}
