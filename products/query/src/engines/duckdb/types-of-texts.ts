import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { quoted, rowsOf } from "./rows.ts";

/** Digits of a DECIMAL at most. */
const mostDigits = 38;

/**
 * The narrowest type of each column of `raw` that keeps every value as it is written: a number with leading zeros is a text, one with
 * more digits than a DOUBLE holds a DECIMAL, and a date that could be read in two ways a text.
 */
export async function typesOfTexts(connection: DuckDBConnection, columns: readonly string[]): Promise<string[]> {
  const types: string[] = [];
  // A thousand columns in one statement would be a very long one.
  for (let from = 0; from < columns.length; from += 50) {
    const some = columns.slice(from, from + 50);
    const [row = []] = await rowsOf<DuckDBValue[]>(connection, `SELECT ${some.map(questions).join(", ")} FROM raw`);
    for (const index of some.keys()) types.push(typeFrom(row.slice(index * asked, (index + 1) * asked)));
  }
  return types;
}

const asked = 10;

function questions(name: string): string {
  const column = `trim(${quoted(name)})`;
  const matches = (pattern: string) => `regexp_full_match(${column}, '${pattern}')`;
  const all = (condition: string) => `bool_and(${condition})`;
  const number = "-?(0|[1-9][0-9]*)";
  return [
    `count(${column})`,
    all(matches(`-?(0|[1-9][0-9]{0,17})`)),
    all(matches(`${number}(\\.[0-9]+)?`)),
    `max(length(regexp_extract(${column}, '^-?([0-9]*)', 1)))`,
    `max(length(regexp_extract(${column}, '\\.([0-9]*)$', 1)))`,
    all(`${matches(`${number}(\\.[0-9]{1,15})?([eE][-+]?[0-9]+)?`)} AND TRY_CAST(${column} AS DOUBLE) IS NOT NULL`),
    all(`lower(${column}) IN ('true', 'false')`),
    all(`${matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")} AND TRY_CAST(${column} AS DATE) IS NOT NULL`),
    all(
      `${matches("[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?")} AND TRY_CAST(${column} AS TIMESTAMP) IS NOT NULL`,
    ),
    all(
      `${matches("[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]{5,15} ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)")} AND TRY_CAST(${column} AS TIMESTAMPTZ) IS NOT NULL`,
    ),
  ].join(", ");
}

function typeFrom(answers: readonly DuckDBValue[]): string {
  const [count, whole, exact, before, behind, double, boolean, date, timestamp, zoned] = answers;
  if (Number(count) === 0) return "VARCHAR";
  if (whole === true) return "BIGINT";
  const digits = Number(before) + Number(behind);
  if (exact === true) return digits <= mostDigits ? `DECIMAL(${Math.max(digits, 1)}, ${Number(behind)})` : "VARCHAR";
  if (double === true) return "DOUBLE";
  if (boolean === true) return "BOOLEAN";
  if (date === true) return "DATE";
  if (timestamp === true) return "TIMESTAMP";
  return zoned === true ? "TIMESTAMPTZ" : "VARCHAR";
}
