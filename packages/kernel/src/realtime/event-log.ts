import type { LoggedEvent } from "@mindmesh/contracts/realtime";
import { sql } from "drizzle-orm";
import type { Database } from "../db/index.ts";

/** An event with its audience, as the dispatcher needs it. */
export interface StoredEvent extends LoggedEvent {
  audiencePersonId: string | null;
}

/** The newest sequence number of a workspace; 0 when nothing has happened yet. */
export async function eventHead(db: Database, workspaceId: string): Promise<number> {
  const result = await db.withWorkspace({ workspaceId }, (tx) =>
    tx.execute<{ seq: string }>(sql`SELECT seq FROM kernel.event_heads WHERE workspace_id = ${workspaceId}`),
  );
  return Number(result.rows[0]?.seq ?? 0);
}

/** Events after `after`, oldest first, at most `limit`; all audiences unless a person is named. */
export async function readEvents(
  db: Database,
  ask: { workspaceId: string; after: number; limit: number; personId?: string },
): Promise<StoredEvent[]> {
  const visible =
    ask.personId === undefined
      ? sql`true`
      : sql`(audience_person_id IS NULL OR audience_person_id = ${ask.personId}::uuid)`;
  const result = await db.withWorkspace({ workspaceId: ask.workspaceId }, (tx) =>
    tx.execute<{
      seq: string;
      type: string;
      payload: unknown;
      actor_id: string | null;
      audience_person_id: string | null;
      at: string;
    }>(sql`
      SELECT seq, type, payload, actor_id, audience_person_id, at FROM kernel.events
      WHERE workspace_id = ${ask.workspaceId} AND seq > ${ask.after} AND ${visible} ORDER BY seq LIMIT ${ask.limit}`),
  );
  return result.rows.map((row) => ({
    workspaceId: ask.workspaceId,
    seq: Number(row.seq),
    type: row.type,
    payload: row.payload,
    actorId: row.actor_id,
    audiencePersonId: row.audience_person_id,
    at: new Date(row.at).toISOString(),
  }));
}

/** The oldest sequence number that the log still holds; 0 when the log is empty. */
export async function oldestEvent(db: Database, workspaceId: string): Promise<number> {
  const result = await db.withWorkspace({ workspaceId }, (tx) =>
    tx.execute<{ seq: string | null }>(
      sql`SELECT min(seq) AS seq FROM kernel.events WHERE workspace_id = ${workspaceId}`,
    ),
  );
  return Number(result.rows[0]?.seq ?? 0);
}

const batch = 1_000;

/**
 * Deletes events older than `days`, of each workspace from its oldest on up to the first that is younger, so that what
 * remains has no gap: transactions commit in the order of the numbers, not of the times at which they began.
 */
export async function pruneEvents(db: Database, days: number, signal: AbortSignal): Promise<void> {
  const { rows } = await db.pool.query<{ workspace_id: string }>(
    "SELECT DISTINCT workspace_id FROM kernel.events WHERE at < now() - make_interval(days => $1)",
    [days],
  );
  for (const { workspace_id } of rows) {
    let removed = batch;
    while (removed === batch) {
      signal.throwIfAborted();
      const result = await db.pool.query(
        `WITH kept AS (
           SELECT seq FROM kernel.events
           WHERE workspace_id = $1 AND at >= now() - make_interval(days => $2) ORDER BY seq LIMIT 1
         )
         DELETE FROM kernel.events WHERE workspace_id = $1 AND seq IN (
           SELECT seq FROM kernel.events
           WHERE workspace_id = $1 AND (seq < (SELECT seq FROM kept) OR NOT EXISTS (SELECT FROM kept))
           ORDER BY seq LIMIT ${batch})`,
        [workspace_id, days],
      );
      removed = result.rowCount ?? 0;
    }
  }
}
