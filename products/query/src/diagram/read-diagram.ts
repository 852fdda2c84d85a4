import type { Catalog, CatalogTable, ForeignKey, InferredKey } from "@mindmesh/contracts/query/catalog";
import type { Diagram, DiagramRelation } from "@mindmesh/contracts/query/diagram";

const nameOf = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);

/**
 * A catalogue as a diagram. Relations to tables that are not in the catalogue (hidden, or of a schema that was not read) are left out;
 * rejected inferred keys too.
 */
export function diagramOf(catalog: Catalog, inferred: readonly InferredKey[], takenAt: string): Diagram {
  const indexes = new Map(catalog.tables.map((table, index) => [nameOf(table), index]));
  const relations: DiagramRelation[] = [];
  const relate = (
    from: { schema: string; name: string },
    key: Pick<ForeignKey, "columns" | "to" | "toColumns"> & { name: string | null },
    origin: DiagramRelation["origin"],
  ) => {
    const fromIndex = indexes.get(nameOf(from));
    const toIndex = indexes.get(nameOf(key.to));
    const table = fromIndex === undefined ? undefined : catalog.tables[fromIndex];
    if (fromIndex === undefined || toIndex === undefined || !table) return;
    relations.push({
      name: key.name,
      from: fromIndex,
      to: toIndex,
      columns: key.columns,
      toColumns: key.toColumns,
      origin,
      optional: table.columns.some(({ name, nullable }) => nullable && key.columns.includes(name)),
      single: isUnique(table, key.columns),
    });
  };
  for (const table of catalog.tables) for (const key of table.foreignKeys) relate(table, key, "declared");
  for (const { from, decision, ...key } of inferred) {
    if (decision !== "rejected")
      relate(from, { ...key, name: null }, decision === "confirmed" ? "confirmed" : "inferred");
  }
  const relationsFrom = Map.groupBy(relations, ({ from }) => from);
  return {
    takenAt,
    relations,
    tables: catalog.tables.map((table, index) => {
      const primary = new Set(table.primaryKey?.columns);
      const foreign = new Set(relationsFrom.get(index)?.flatMap(({ columns }) => columns));
      return {
        schema: table.schema,
        name: table.name,
        kind: table.kind,
        comment: table.comment,
        rowEstimate: table.rowEstimate,
        columns: table.columns.map(({ name, type, kind, nullable }) => ({
          name,
          type,
          kind,
          nullable,
          primary: primary.has(name),
          foreign: foreign.has(name),
        })),
      };
    }),
  };
}

/** Whether a key says that no two rows have the same values in these columns. */
function isUnique(table: CatalogTable, columns: readonly string[]): boolean {
  const keys = [
    ...(table.primaryKey ? [table.primaryKey.columns] : []),
    ...table.uniqueKeys.map((key) => key.columns),
    ...table.indexes.filter(({ unique, condition }) => unique && condition === null).map(({ parts }) => parts),
  ];
  return keys.some((key) => key.length > 0 && key.every((column) => columns.includes(column)));
}
