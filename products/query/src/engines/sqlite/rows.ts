import type { DatabaseSync } from "node:sqlite";

/** A query's rows as arrays; integers come as BigInt. */
export function rowsOf<Row extends unknown[]>(database: DatabaseSync, sql: string, ...values: string[]): Row[] {
  return database.prepare(sql).all(...values) as unknown as Row[];
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
