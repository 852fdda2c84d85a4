import { sql } from "drizzle-orm";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";

/** A collection is searched in memory: 50,000 vectors of 1,536 dimensions are 300 MB; see docs/decisions/0034. */
export const mostVectors = 50_000;

export interface VectorItem {
  id: string;
  /** Of length 1, as `ai.embed` gives it. */
  vector: Float32Array;
}

/**
 * Adds vectors to a collection of a workspace, or replaces those of the same ids, in the transaction of what they stand
 * for. Writers of one collection wait for each other until their transactions end.
 * @param model whose vectors they are; those of another one cannot be compared
 * @throws AppError conflict when the collection holds vectors of another model, too_large when it would hold too many
 */
export async function putVectors(
  tx: Transaction,
  workspaceId: string,
  collection: string,
  model: string,
  items: VectorItem[],
): Promise<void> {
  const [first] = items;
  if (!first) return;
  const dimensions = first.vector.length;
  if (items.some((item) => item.vector.length !== dimensions)) throw new Error("vectors of different lengths");
  const made = await tx.execute<{ model: string; dimensions: number; version: string }>(sql`
    INSERT INTO kernel.vector_collections AS c (workspace_id, name, made, model, dimensions, items, version, reset_version)
    VALUES (${workspaceId}, ${collection}, gen_random_uuid(), ${model}, ${dimensions}, 0, 1, 0)
    ON CONFLICT (workspace_id, name) DO UPDATE SET version = c.version + 1
    RETURNING c.model, c.dimensions, c.version`);
  const [row] = made.rows;
  if (!row) throw new Error("no collection was made");
  if (row.model !== model || row.dimensions !== dimensions) {
    throw new AppError("conflict", {
      message: `The vectors of "${collection}" are of ${row.model} (${row.dimensions} dimensions), these of ${model} (${dimensions}). Clear the collection and fill it again.`,
    });
  }
  const last = new Map(items.map((item) => [item.id, item.vector]));
  const ids = [...last.keys()];
  const vectors = [...last.values()].map((vector) => bytesOf(vector).toString("base64"));
  const written = await tx.execute<{ items: number }>(sql`
    WITH put AS (
      INSERT INTO kernel.vectors (workspace_id, collection, id, version, vector)
      SELECT ${workspaceId}::uuid, ${collection}, id, ${row.version}::bigint, decode(vector, 'base64')
      FROM unnest(${sql.param(ids)}::uuid[], ${sql.param(vectors)}::text[]) AS given (id, vector)
      ON CONFLICT (workspace_id, collection, id)
      DO UPDATE SET version = excluded.version, vector = excluded.vector
      RETURNING (xmax = 0) AS is_new)
    UPDATE kernel.vector_collections SET items = items + (SELECT count(*) FILTER (WHERE is_new) FROM put)::int
    WHERE workspace_id = ${workspaceId} AND name = ${collection}
    RETURNING items`);
  const count = written.rows[0]?.items ?? 0;
  if (count <= mostVectors) return;
  throw new AppError("too_large", { message: `"${collection}" cannot hold more than ${mostVectors} vectors.` });
}

/** Takes vectors out of a collection; ids that are not in it are passed over. */
export async function removeVectors(
  tx: Transaction,
  workspaceId: string,
  collection: string,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return;
  // The row of the collection is locked first, as when adding, so that the two cannot wait for each other.
  await tx.execute(sql`
    UPDATE kernel.vector_collections SET version = version + 1, reset_version = version + 1
    WHERE workspace_id = ${workspaceId} AND name = ${collection}`);
  await tx.execute(sql`
    WITH gone AS (
      DELETE FROM kernel.vectors
      WHERE workspace_id = ${workspaceId} AND collection = ${collection} AND id = ANY(${sql.param(ids)}::uuid[])
      RETURNING id)
    UPDATE kernel.vector_collections SET items = items - (SELECT count(*) FROM gone)::int
    WHERE workspace_id = ${workspaceId} AND name = ${collection}`);
}

/** Forgets a collection, for example to fill it with the vectors of another model. */
export async function clearVectors(tx: Transaction, workspaceId: string, collection: string): Promise<void> {
  await tx.execute(sql`
    DELETE FROM kernel.vector_collections WHERE workspace_id = ${workspaceId} AND name = ${collection}`);
}

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
