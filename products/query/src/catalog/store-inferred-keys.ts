import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { ConnectionRow } from "../schema.ts";
import type { KeyCandidate } from "./infer-keys.ts";
import { inferredKeys } from "./schema.ts";

/**
 * Stores what was inferred this time. What people decided stays as long as its columns exist and nobody declares the key; what
 * nobody decided on and was not found again goes.
 */
export async function storeInferredKeys(
  tx: Transaction,
  { workspaceId, id: connectionId }: Pick<ConnectionRow, "workspaceId" | "id">,
  catalog: Catalog,
  found: readonly KeyCandidate[],
): Promise<void> {
  const ofConnection = and(eq(inferredKeys.workspaceId, workspaceId), eq(inferredKeys.connectionId, connectionId));
  const stored = await tx.select().from(inferredKeys).where(ofConnection);
  const isThere = columnsOf(catalog);
  const foundKeys = new Set(found.map(({ key }) => key));
  const gone = stored.filter(({ key, decision, content }) => {
    const { from, columns, to, toColumns } = content;
    return decision === "open" ? !foundKeys.has(key) : !isThere(from, columns) || !isThere(to, toColumns);
  });
  if (gone.length > 0) {
    const keys = gone.map(({ key }) => key);
    await tx.delete(inferredKeys).where(and(ofConnection, inArray(inferredKeys.key, keys)));
  }
  if (found.length === 0) return;
  await tx
    .insert(inferredKeys)
    .values(found.map(({ key, ...content }) => ({ workspaceId, connectionId, key, content })))
    .onConflictDoUpdate({
      target: [inferredKeys.workspaceId, inferredKeys.connectionId, inferredKeys.key],
      set: { content: sql`excluded.content` },
    });
}

function columnsOf(catalog: Catalog) {
  const known = new Map(
    catalog.tables.map(({ schema, name, columns }) => [
      JSON.stringify([schema, name]),
      new Set(columns.map((column) => column.name)),
    ]),
  );
  return ({ schema, name }: { schema: string; name: string }, columns: readonly string[]) => {
    const of = known.get(JSON.stringify([schema, name]));
    return of !== undefined && columns.every((column) => of.has(column));
  };
}
