import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";

/** A number as JSON has it (RFC 8259). */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numbers: ReadonlySet<ColumnKind> = new Set(["integer", "decimal", "float"]);

/**
 * A value as the text of JSON. Numbers keep every digit that the database wrote; what JSON has no number for (`NaN`,
 * `Infinity`) stays text.
 */
function jsonValue(value: string | null, kind: ColumnKind): string {
  if (value === null) return "null";
  if (numbers.has(kind) && jsonNumber.test(value)) return value;
  if (kind === "boolean") {
    if (value === "t" || value === "true") return "true";
    if (value === "f" || value === "false") return "false";
  }
  if (kind === "json") {
    try {
      JSON.parse(value);
      return value;
    } catch {
      // Cut, or not JSON after all: its text.
    }
  }
  return JSON.stringify(value);
}

/** Names for the members of an object: a second `id` is `id_2`. */
export function memberNames(columns: readonly Pick<ResultColumn, "name">[]): string[] {
  const used = new Set<string>();
  return columns.map(({ name }, index) => {
    const wanted = name === "" ? `column_${index + 1}` : name;
    let free = wanted;
    for (let n = 2; used.has(free); n += 1) free = `${wanted}_${n}`;
    used.add(free);
    return free;
  });
}

/** A result as the text of a JSON array of objects, a block at a time. */
export async function* jsonLines(columns: ResultColumn[], blocks: AsyncIterable<ResultBlock>): AsyncGenerator<string> {
  const names = memberNames(columns).map((name) => JSON.stringify(name));
  let separator = "\n";
  yield "[";
  for await (const { rows } of blocks) {
    let text = "";
    for (const row of rows) {
      const members = row.map((value, at) => `${names[at]}:${jsonValue(value, columns[at]?.kind ?? "other")}`);
      text += `${separator}{${members.join(",")}}`;
      separator = ",\n";
    }
    yield text;
  }
  yield "\n]\n";
}
