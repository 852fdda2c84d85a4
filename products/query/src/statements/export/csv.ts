import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";

/** Values of these kinds may begin with a sign and are no text that somebody wrote. */
const numbers: ReadonlySet<ColumnKind> = new Set(["integer", "decimal", "float"]);

/**
 * A value as RFC 4180 has it. NULL is an empty field and empty text is `""`, so that both can be told apart.
 * @param guarded puts an apostrophe before text that a spreadsheet would take for a formula (OWASP, CSV injection)
 */
export function csvField(value: string | null, guarded: boolean): string {
  if (value === null) return "";
  if (value === "") return '""';
  const text = guarded && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A result as the text of a CSV file, a block at a time. */
export async function* csvLines(
  columns: ResultColumn[],
  blocks: AsyncIterable<ResultBlock>,
  guarded: boolean,
): AsyncGenerator<string> {
  const guardedColumns = columns.map(({ kind }) => guarded && !numbers.has(kind));
  yield `${columns.map(({ name }) => csvField(name, guarded)).join(",")}\r\n`;
  for await (const { rows } of blocks) {
    let text = "";
    for (const row of rows) {
      for (let at = 0; at < row.length; at += 1) {
        text += `${at === 0 ? "" : ","}${csvField(row[at] ?? null, guardedColumns[at] ?? guarded)}`;
      }
      text += "\r\n";
    }
    yield text;
  }
}
