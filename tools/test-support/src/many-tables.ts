import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import { column, table } from "./catalog-parts.ts";

const words = ["order", "customer", "invoice", "product", "price", "stock", "ship", "return", "review", "campaign"];
const kinds = [
  { name: "id", type: "bigint", kind: "integer" },
  { name: "name", type: "text", kind: "text" },
  { name: "amount", type: "numeric(12,2)", kind: "decimal" },
  { name: "created_at", type: "timestamp with time zone", kind: "timestamp" },
  { name: "is_active", type: "boolean", kind: "boolean" },
  { name: "details", type: "jsonb", kind: "json" },
] as const;

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
    const name = `${words[index % words.length]}_${words[Math.floor(index / 10) % 10]}_${index}`;
    const one = table(name, [], {
      schema,
      kind: index % 29 === 28 ? "view" : "table",
      comment: index % 5 === 0 ? `What is known of number ${index}.` : null,
      rowEstimate: Math.floor(random() * 1_000_000),
      primaryKey: { name: null, columns: ["id"] },
    });
    const width = 4 + Math.floor(random() * 14);
    for (let at = 0; at < width; at += 1) {
      const { name: like, type, kind } = kinds[at % kinds.length] ?? kinds[0];
      one.columns.push(column(at < kinds.length ? like : `${like}_${at}`, { type, kind, nullable: at > 0 }));
    }
    const keys = random() < 0.15 ? 0 : 1 + Math.floor(random() * 2.2);
    for (let key = 0; key < keys && index > 0; key += 1) {
      const near = random() < 0.7;
      const other =
        tables[near ? Math.max(0, index - 1 - Math.floor(random() * 12)) : Math.floor(random() ** 2 * index)];
      if (!other) continue;
      const reference = `${other.name}_id`;
      if (one.columns.some((each) => each.name === reference)) continue;
      one.columns.push(column(reference, { type: "bigint", nullable: random() < 0.5 }));
      one.foreignKeys.push({
        name: `${name}_${reference}_fkey`,
        columns: [reference],
        to: { schema: other.schema, name: other.name },
        toColumns: ["id"],
        onDelete: "NO ACTION",
        onUpdate: "NO ACTION",
      });
    }
    tables.push(one);
  }
  return tables;
}
