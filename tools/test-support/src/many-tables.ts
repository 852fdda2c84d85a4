import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";

const words = ["order", "customer", "invoice", "product", "price", "stock", "ship", "return", "review", "campaign"];
const kinds = [
  { name: "id", type: "bigint", kind: "integer" },
  { name: "name", type: "text", kind: "text" },
  { name: "amount", type: "numeric(12,2)", kind: "decimal" },
  { name: "created_at", type: "timestamp with time zone", kind: "timestamp" },
  { name: "is_active", type: "boolean", kind: "boolean" },
  { name: "details", type: "jsonb", kind: "json" },
] as const;

function column(name: string, type: string, kind: CatalogColumn["kind"], nullable: boolean): CatalogColumn {
  return {
    name,
    type,
    kind,
    nullable,
    default: null,
    generated: null,
    comment: null,
    enumValues: null,
    length: null,
    precision: null,
    scale: null,
    statistics: null,
  };
}

/**
 * A catalogue of `count` tables in `schemas` schemas, each with 4 to 19 columns and foreign keys to some before it: mostly near ones, a few
 * far away, some none; always the same for the same numbers.
 */
export function manyTables(count: number, schemas = 1): CatalogTable[] {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const tables: CatalogTable[] = [];
  for (let index = 0; index < count; index += 1) {
    const schema = schemas === 1 ? "public" : `area_${Math.floor((index * schemas) / count) + 1}`;
    const table: CatalogTable = {
      schema,
      name: `${words[index % words.length]}_${words[Math.floor(index / 10) % 10]}_${index}`,
      kind: index % 29 === 28 ? "view" : "table",
      comment: index % 5 === 0 ? `What is known of number ${index}.` : null,
      rowEstimate: Math.floor(random() * 1_000_000),
      bytes: null,
      columns: [],
      primaryKey: { name: null, columns: ["id"] },
      uniqueKeys: [],
      foreignKeys: [],
      checks: [],
      indexes: [],
      definition: null,
      sequentialScans: null,
      analyzedAt: null,
      gap: null,
    };
    const width = 4 + Math.floor(random() * 14);
    for (let at = 0; at < width; at += 1) {
      const like = kinds[at % kinds.length] ?? kinds[0];
      table.columns.push(column(at < kinds.length ? like.name : `${like.name}_${at}`, like.type, like.kind, at > 0));
    }
    const keys = random() < 0.15 ? 0 : 1 + Math.floor(random() * 2.2);
    for (let key = 0; key < keys && index > 0; key += 1) {
      const near = random() < 0.7;
      const other =
        tables[near ? Math.max(0, index - 1 - Math.floor(random() * 12)) : Math.floor(random() ** 2 * index)];
      if (!other) continue;
      const name = `${other.name}_id`;
      if (table.columns.some((each) => each.name === name)) continue;
      table.columns.push(column(name, "bigint", "integer", random() < 0.5));
      table.foreignKeys.push({
        name: `${table.name}_${name}_fkey`,
        columns: [name],
        to: { schema: other.schema, name: other.name },
        toColumns: ["id"],
        onDelete: "NO ACTION",
        onUpdate: "NO ACTION",
      });
    }
    tables.push(table);
  }
  return tables;
}
