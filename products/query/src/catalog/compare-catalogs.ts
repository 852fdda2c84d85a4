import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { SchemaChange } from "@mindmesh/contracts/query/ingestion";

type What = SchemaChange["what"];

/** A named part of a table or schema, in words that two readings are compared by. */
interface Part {
  what: What;
  /** Finds the same part in the other reading. */
  key: string;
  name: string | null;
  words: string;
}

/** What is another in `after` than it was in `before`: tables by name, their parts in the order of the table. */
export function compareCatalogs(before: Catalog, after: Catalog): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const place = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);
  const old = new Map(before.tables.map((table) => [place(table), table]));
  const now = new Map(after.tables.map((table) => [place(table), table]));
  for (const [key, table] of now) {
    const { schema, name } = table;
    const earlier = old.get(key);
    if (earlier === undefined) {
      changes.push({
        kind: "added",
        what: "table",
        schema,
        table: name,
        name: null,
        before: null,
        after: tableWords(table),
      });
    } else {
      changes.push(...compareParts(partsOf(earlier), partsOf(table), schema, name));
    }
  }
  for (const [key, table] of old) {
    if (now.has(key)) continue;
    const { schema, name } = table;
    changes.push({
      kind: "removed",
      what: "table",
      schema,
      table: name,
      name: null,
      before: tableWords(table),
      after: null,
    });
  }
  const schemas = new Set([...schemaParts(before).keys(), ...schemaParts(after).keys()]);
  const [oldParts, newParts] = [schemaParts(before), schemaParts(after)];
  for (const schema of schemas) {
    changes.push(...compareParts(oldParts.get(schema) ?? [], newParts.get(schema) ?? [], schema, null));
  }
  return changes;
}

function compareParts(
  before: readonly Part[],
  after: readonly Part[],
  schema: string,
  table: string | null,
): SchemaChange[] {
  const old = new Map(before.map((part) => [`${part.what}\u0000${part.key}`, part]));
  const changes: SchemaChange[] = [];
  for (const part of after) {
    const key = `${part.what}\u0000${part.key}`;
    const earlier = old.get(key);
    old.delete(key);
    if (earlier?.words === part.words) continue;
    const kind = earlier === undefined ? "added" : "changed";
    const { what, name, words } = part;
    changes.push({ kind, what, schema, table, name, before: earlier?.words ?? null, after: words });
  }
  for (const { what, name, words } of old.values()) {
    changes.push({ kind: "removed", what, schema, table, name, before: words, after: null });
  }
  return changes;
}

const tableWords = ({ kind, columns }: CatalogTable) =>
  `${kind} with ${columns.length} ${columns.length === 1 ? "column" : "columns"}`;

const list = (columns: readonly string[]) => `(${columns.join(", ")})`;
const inShort = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

function partsOf(table: CatalogTable): Part[] {
  const parts: Part[] = table.columns.map((column) => {
    const { name, type, nullable, generated } = column;
    const words = [type, nullable ? "" : "NOT NULL", column.default === null ? "" : `DEFAULT ${column.default}`];
    return { what: "column", key: name, name, words: inShort([...words, generated ?? ""].filter(Boolean).join(" ")) };
  });
  const { primaryKey, definition } = table;
  if (primaryKey) parts.push({ what: "primary key", key: "", name: primaryKey.name, words: list(primaryKey.columns) });
  for (const key of table.uniqueKeys) {
    parts.push({ what: "unique key", key: key.name ?? list(key.columns), name: key.name, words: list(key.columns) });
  }
  for (const key of table.foreignKeys) {
    const rules = [key.onDelete && `ON DELETE ${key.onDelete}`, key.onUpdate && `ON UPDATE ${key.onUpdate}`];
    const words = [`${list(key.columns)} → ${key.to.schema}.${key.to.name}${list(key.toColumns)}`, ...rules];
    const text = words.filter(Boolean).join(" ");
    parts.push({ what: "foreign key", key: key.name ?? text, name: key.name, words: text });
  }
  for (const index of table.indexes) {
    const { name, unique, method, condition, valid } = index;
    const words = [unique ? "unique" : "", method ?? "", list(index.parts), condition ? `WHERE ${condition}` : ""];
    const text = [...words, valid ? "" : "invalid"].filter(Boolean).join(" ");
    parts.push({ what: "index", key: name, name, words: inShort(text) });
  }
  for (const { name, expression } of table.checks) {
    parts.push({ what: "check", key: name ?? expression, name, words: inShort(expression) });
  }
  // Whole, so that a change behind the first words is seen; what is shown of it is cut by the page.
  if (definition !== null) parts.push({ what: "definition", key: "", name: null, words: definition.slice(0, 20_000) });
  for (const { name, comment } of [{ name: null, comment: table.comment }, ...table.columns]) {
    if (comment !== null) parts.push({ what: "comment", key: name ?? "", name, words: inShort(comment) });
  }
  return parts;
}

/** Enumerations and functions by schema. */
function schemaParts({ enums, functions }: Catalog): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  const add = (schema: string, part: Part) => {
    const of = parts.get(schema);
    if (of === undefined) parts.set(schema, [part]);
    else of.push(part);
  };
  for (const { schema, name, values } of enums) {
    add(schema, { what: "enumeration", key: name, name, words: inShort(values.join(", ")) });
  }
  for (const each of functions) {
    const signature = `${each.name}(${each.arguments})`;
    const words = [each.returns, each.volatility ?? "", each.securityDefiner ? "security definer" : ""];
    add(each.schema, { what: "function", key: signature, name: signature, words: words.filter(Boolean).join(" ") });
  }
  return parts;
}
