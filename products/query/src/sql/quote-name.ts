import type { EngineKind } from "@mindmesh/contracts/query/engine";

/** A name as the engine takes it whatever it holds: quotes, dots, reserved words. */
export function quoteName(engine: EngineKind, name: string): string {
  if (engine === "mysql") return `\`${name.replaceAll("`", "``")}\``;
  if (engine === "mssql") return `[${name.replaceAll("]", "]]")}]`;
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table's name with its schema, where it has one. */
export function quoteTable(engine: EngineKind, table: { schema: string; name: string }): string {
  const name = quoteName(engine, table.name);
  return table.schema === "" ? name : `${quoteName(engine, table.schema)}.${name}`;
}

/** A text as a literal of the engine. PostgreSQL, SQLite, DuckDB and SQL Server know no escapes in it; MySQL does. */
export function quoteText(engine: EngineKind, text: string): string {
  const doubled = text.replaceAll("'", "''");
  if (engine === "mysql") return `'${doubled.replaceAll("\\", "\\\\")}'`;
  return engine === "mssql" ? `N'${doubled}'` : `'${doubled}'`;
}
