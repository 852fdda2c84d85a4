import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Description, DocumentationChange } from "@mindmesh/contracts/query/documentation";

interface State {
  catalog: Catalog;
  descriptions: Description[];
}

/** Everything that is documented of a schema, each under a name, as one line of text that changes when it does. */
function linesOf({
  catalog,
  descriptions,
}: State): Map<string, Omit<DocumentationChange, "kind" | "before" | "after"> & { text: string }> {
  const lines = new Map<string, Omit<DocumentationChange, "kind" | "before" | "after"> & { text: string }>();
  const add = (what: DocumentationChange["what"], schema: string, table: string, name: string, text: string) =>
    lines.set(JSON.stringify([what, schema, table, name]), { what, schema, table, name, text });
  for (const table of catalog.tables) addTable(add, table);
  for (const { schema, name, values } of catalog.enums) add("enum", schema, name, "", values.join(", "));
  for (const { schema, table, column, text } of descriptions) add("description", schema, table, column ?? "", text);
  return lines;
}

function addTable(
  add: (what: DocumentationChange["what"], schema: string, table: string, name: string, text: string) => void,
  table: CatalogTable,
): void {
  const { schema, name } = table;
  add(
    "table",
    schema,
    name,
    "",
    [table.kind, table.comment, table.definition].filter((part) => part !== null).join(" — "),
  );
  for (const column of table.columns) {
    const said = [
      column.type,
      column.nullable ? "may be NULL" : "NOT NULL",
      ...(column.default === null ? [] : [`default ${column.default}`]),
      ...(column.generated === null ? [] : [column.generated]),
      ...(column.comment === null ? [] : [column.comment]),
    ];
    add("column", schema, name, column.name, said.join(", "));
  }
  if (table.primaryKey) add("key", schema, name, "primary key", table.primaryKey.columns.join(", "));
  for (const key of table.uniqueKeys)
    add("key", schema, name, key.name ?? key.columns.join(", "), `unique (${key.columns.join(", ")})`);
  for (const key of table.foreignKeys) {
    const target = `${key.to.schema}.${key.to.name} (${key.toColumns.join(", ")})`;
    add("key", schema, name, key.name ?? key.columns.join(", "), `${key.columns.join(", ")} → ${target}`);
  }
  for (const index of table.indexes) {
    const where = index.condition === null ? "" : ` where ${index.condition}`;
    add(
      "index",
      schema,
      name,
      index.name,
      `${index.unique ? "unique " : ""}${index.method ?? ""} (${index.parts.join(", ")})${where}`.trim(),
    );
  }
  for (const check of table.checks) add("check", schema, name, check.name ?? check.expression, check.expression);
}

/** What was added, removed and changed, by schema and table. Of a table that came or went its parts are not told one by one. */
export function changesBetween(before: State, after: State): DocumentationChange[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const changes: DocumentationChange[] = [];
  const tableOf = (schema: string, table: string) => JSON.stringify(["table", schema, table, ""]);
  for (const [key, { text, ...place }] of old) {
    const other = now.get(key);
    if (
      !other &&
      place.what !== "table" &&
      old.has(tableOf(place.schema, place.table)) &&
      !now.has(tableOf(place.schema, place.table))
    ) {
      continue;
    }
    if (!other) changes.push({ kind: "removed", ...place, before: text, after: null });
    else if (other.text !== text) changes.push({ kind: "changed", ...place, before: text, after: other.text });
  }
  for (const [key, { text, ...place }] of now) {
    if (old.has(key)) continue;
    const isOfNewTable = now.has(tableOf(place.schema, place.table)) && !old.has(tableOf(place.schema, place.table));
    if (isOfNewTable && place.what !== "table") continue;
    changes.push({ kind: "added", ...place, before: null, after: text });
  }
  const order = (change: DocumentationChange) =>
    JSON.stringify([change.schema, change.table, change.what, change.name]);
  return changes.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}
