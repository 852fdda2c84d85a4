import { sql } from "drizzle-orm";
import { type Transaction, storableJson } from "../db/index.ts";

export interface NewEvent {
  workspaceId: string;
  type: string;
  payload: unknown;
  /** Only this person may see it; everybody in the workspace when missing. */
  audiencePersonId?: string | null | undefined;
  actorId?: string | null | undefined;
}

/**
 * Writes an event into the workspace's log within the caller's transaction, so that it is true exactly when the data
 * is; servers deliver it after the commit. Call it last: it holds the workspace's counter until the commit.
 * Returns the sequence number.
 */
export async function emitEvent(tx: Transaction, event: NewEvent): Promise<number> {
  const result = await tx.execute<{ seq: string }>(sql`
    WITH head AS (
      INSERT INTO kernel.event_heads AS h (workspace_id, seq) VALUES (${event.workspaceId}, 1)
      ON CONFLICT (workspace_id) DO UPDATE SET seq = h.seq + 1 RETURNING seq
    ), entry AS (
      INSERT INTO kernel.events (workspace_id, seq, type, audience_person_id, actor_id, payload)
      SELECT ${event.workspaceId}, head.seq, ${event.type}, ${event.audiencePersonId ?? null}::uuid,
             ${event.actorId ?? null}::uuid, ${storableJson(event.payload)}::jsonb
      FROM head RETURNING seq
    )
    SELECT seq, pg_notify('mindmesh_events', ${event.workspaceId} || ':' || seq) FROM entry`);
  return Number(result.rows[0]?.seq);
}
