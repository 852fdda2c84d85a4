import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { quoted } from "../engines/sqlite/rows.ts";
import type { MockValue } from "./made-table.ts";
import type { MockPart } from "./mock-rows.ts";

/**
 * Writes made-up rows into a SQLite database, within the transaction that is open there.
 * @param progress rows written so far
 * @returns how many rows
 */
export async function writeSqlite(
  database: DatabaseSync,
  parts: AsyncIterable<MockPart>,
  progress: (rows: number, table: string) => void,
): Promise<number> {
  let insert: StatementSync | null = null;
  let table = "";
  let written = 0;
  for await (const part of parts) {
    if (part.type === "table") {
      table = part.table.name;
      const columns = part.columns.map(quoted).join(", ");
      const places = part.columns.map(() => "?").join(", ");
      const sql =
        part.columns.length === 0
          ? `INSERT INTO ${quoted(table)} DEFAULT VALUES`
          : `INSERT INTO ${quoted(table)} (${columns}) VALUES (${places})`;
      insert = database.prepare(sql);
    } else if (part.type === "rows") {
      for (const row of part.rows) insert?.run(...row.map(sqliteValue));
      written += part.rows.length;
      progress(written, table);
    } else {
      const set = part.columns.map((column) => `${quoted(column)} = ?`).join(", ");
      const where = part.key.map((column) => `${quoted(column)} = ?`).join(" AND ");
      const update = database.prepare(`UPDATE ${quoted(part.table.name)} SET ${set} WHERE ${where}`);
      for (const { key, values } of part.rows) update.run(...[...values, ...key].map(sqliteValue));
      progress(written, part.table.name);
    }
  }
  return written;
}

function sqliteValue(value: MockValue): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  // A whole number as a JavaScript number would be stored as a REAL in a column without a type.
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^\\x(?:[\da-f]{2})*$/.test(value)) return Buffer.from(value.slice(2), "hex");
  return value;
}
