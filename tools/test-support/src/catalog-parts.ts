import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";

/** A column with nothing special about it. */
export const column = (name: string, change: Partial<CatalogColumn> = {}): CatalogColumn => ({
  name,
  type: "integer",
  kind: "integer",
  nullable: true,
  default: null,
  generated: null,
  comment: null,
  enumValues: null,
  length: null,
  precision: null,
  scale: null,
  statistics: null,
  ...change,
});

/** A table whose first column is its key. */
export function table(name: string, columns: CatalogColumn[], change: Partial<CatalogTable> = {}): CatalogTable {
  return {
    schema: "public",
    name,
    kind: "table",
    comment: null,
    rowEstimate: null,
    bytes: null,
    columns,
    primaryKey: columns[0] ? { name: `${name}_pkey`, columns: [columns[0].name] } : null,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    definition: null,
    sequentialScans: null,
    analyzedAt: null,
    gap: null,
    ...change,
  };
}
