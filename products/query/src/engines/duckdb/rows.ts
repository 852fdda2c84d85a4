import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";

/** A query's rows as arrays. */
export async function rowsOf<Row extends DuckDBValue[]>(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  return (await connection.runAndReadAll(sql)).getRows() as Row[];
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
