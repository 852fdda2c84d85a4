import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import { type Transaction, storableJson } from "@mindmesh/kernel/db";
import { and, eq, sql } from "drizzle-orm";
import { type ConnectionRow, catalogTables, catalogs } from "../schema.ts";
import { withHiddenViews } from "./hidden-views.ts";

/** Bytes of JSON that go in one statement. */
const batchBytes = 2_000_000;

/**
 * Puts a catalogue in the place of the one before, within the caller's transaction. Of what is hidden no values are kept.
 * @param takenAt ISO 8601
 */
export async function storeCatalog(
  tx: Transaction,
  { workspaceId, id: connectionId, engine, hidden }: Pick<ConnectionRow, "workspaceId" | "id" | "engine" | "hidden">,
  catalog: Catalog,
  takenAt: string,
): Promise<void> {
  const { tables, ...content } = catalog;
  await tx
    .delete(catalogTables)
    .where(and(eq(catalogTables.workspaceId, workspaceId), eq(catalogTables.connectionId, connectionId)));
  const withoutHidden = valuesForgotten(withHiddenViews(engine, tables, hidden));
  // Other databases allow characters in comments and values that PostgreSQL cannot keep.
  for (const batch of batches(tables.map((table) => storableJson(withoutHidden(table))))) {
    // One parameter for many rows: a thousand tables are a few statements.
    await tx.execute(sql`
      INSERT INTO query.catalog_tables (workspace_id, connection_id, schema, name, content)
      SELECT ${workspaceId}, ${connectionId}, content ->> 'schema', content ->> 'name', content
      FROM jsonb_array_elements(${`[${batch.join(",")}]`}::jsonb) AS content`);
  }
  await tx
    .insert(catalogs)
    .values({ workspaceId, connectionId, content, takenAt })
    .onConflictDoUpdate({ target: [catalogs.workspaceId, catalogs.connectionId], set: { content, takenAt } });
}

function* batches(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    batch.push(text);
    bytes += text.length;
    if (bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function valuesForgotten(hidden: readonly HiddenObject[]): (table: CatalogTable) => CatalogTable {
  const place = (...names: string[]) => JSON.stringify(names);
  const whole = new Set(
    hidden.filter(({ column }) => column === null).map(({ schema, table }) => place(schema, table)),
  );
  const single = new Set(hidden.map(({ schema, table, column }) => place(schema, table, column ?? "")));
  return (table) => {
    const isHidden = (column: string) =>
      whole.has(place(table.schema, table.name)) || single.has(place(table.schema, table.name, column));
    if (!table.columns.some(({ name }) => isHidden(name))) return table;
    return {
      ...table,
      columns: table.columns.map((column) => (isHidden(column.name) ? { ...column, statistics: null } : column)),
    };
  };
}
