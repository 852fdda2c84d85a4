import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import { column } from "@mindmesh/test-support";

export { column, table } from "@mindmesh/test-support";

export const text = (name: string, change: Partial<CatalogColumn> = {}) =>
  column(name, { type: "text", kind: "text", ...change });

export const catalog = (tables: CatalogTable[], change: Partial<Catalog> = {}): Catalog => ({
  serverVersion: "PostgreSQL 18",
  searchPath: ["public"],
  tables,
  enums: [],
  functions: [],
  gaps: [],
  ...change,
});
