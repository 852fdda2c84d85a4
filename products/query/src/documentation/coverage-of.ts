import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Coverage, Description } from "@mindmesh/contracts/query/documentation";

/** How many tables and columns have a description, by the database's comments or by people here. */
export function coverageOf(tables: readonly CatalogTable[], described: readonly Description[]): Coverage {
  const texts = new Set(described.map(({ schema, table, column }) => JSON.stringify([schema, table, column])));
  const has = ({ schema, name }: CatalogTable, column: string | null, comment: string | null) =>
    (comment ?? "").trim() !== "" || texts.has(JSON.stringify([schema, name, column]));
  const columns = tables.flatMap((table) => table.columns.map((column) => has(table, column.name, column.comment)));
  return {
    tables: tables.length,
    describedTables: tables.filter((table) => has(table, null, table.comment)).length,
    columns: columns.length,
    describedColumns: columns.filter(Boolean).length,
  };
}
