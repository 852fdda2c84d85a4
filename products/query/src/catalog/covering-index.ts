import type { CatalogIndex, CatalogTable, ForeignKey } from "@mindmesh/contracts/query/catalog";

/** The foreign keys by whose columns no index begins: joins from the other table and deletes there read all of this one. */
export const unindexedKeys = (table: CatalogTable): ForeignKey[] =>
  table.foreignKeys.filter(({ columns }) => {
    const head = table.primaryKey?.columns.slice(0, columns.length) ?? [];
    return !columns.every((column) => head.includes(column)) && !isCovered(columns, table);
  });

const bare = (part: string) =>
  part
    .replace(/^["`[]|["`\]]$/g, "")
    .replace(/\s+(asc|desc)\b.*$/i, "")
    .toLowerCase();

/** Whether an index that is there serves these columns already: they are its first ones, in any order for equal comparisons. */
export function isCovered(parts: string[], table: CatalogTable): boolean {
  const wanted = parts.map((part) => part.toLowerCase());
  return usable(table).some((index) => {
    const head = index.parts.slice(0, wanted.length).map(bare);
    return head.length === wanted.length && wanted.every((part) => head.includes(part));
  });
}

export const usable = (table: CatalogTable): CatalogIndex[] =>
  table.indexes.filter(
    (index) =>
      index.valid &&
      index.condition === null &&
      /^(btree|b-tree|art|clustered|nonclustered)?$/i.test(index.method ?? ""),
  );
