import type { Database } from "../db/index.ts";
import type { Caller } from "../http/index.ts";

/** A connection that lives on: who opened it, and the workspaces that it follows. */
export interface WithdrawalCheck {
  caller: Caller;
  workspaceIds: Iterable<string>;
}

/**
 * Those of the connections whose sign-in, key or membership has ended since they were opened. For connections that
 * might have missed the message that closes them.
 */
export async function withdrawn<T extends WithdrawalCheck>(db: Database, connections: T[]): Promise<T[]> {
  if (connections.length === 0) return [];
  const sessionIds = connections.flatMap(({ caller: { via } }) => (via.kind === "session" ? [via.sessionId] : []));
  const keyIds = connections.flatMap(({ caller: { via } }) => (via.kind === "api_key" ? [via.keyId] : []));
  const personIds = [...new Set(connections.map(({ caller }) => caller.personId))];
  const good = await db.pool.query<{ id: string }>(
    `SELECT s.id FROM kernel.sessions s JOIN kernel.people p ON p.id = s.person_id
     WHERE s.id = ANY($1) AND s.ended_at IS NULL AND s.expires_at > now() AND p.disabled_at IS NULL
     UNION ALL
     SELECT k.id FROM kernel.api_keys k JOIN kernel.people p ON p.id = k.person_id
     WHERE k.id = ANY($2) AND (k.expires_at IS NULL OR k.expires_at > now()) AND p.disabled_at IS NULL`,
    [sessionIds, keyIds],
  );
  const memberships = await db.pool.query<{ place: string }>(
    "SELECT workspace_id || '/' || person_id AS place FROM kernel.members WHERE person_id = ANY($1)",
    [personIds],
  );
  const credentials = new Set(good.rows.map(({ id }) => id));
  const places = new Set(memberships.rows.map(({ place }) => place));
  return connections.filter(({ caller, workspaceIds }) => {
    const { via, personId } = caller;
    // Programs open no connections that live on.
    if (via.kind === "program") return true;
    if (!credentials.has(via.kind === "session" ? via.sessionId : via.keyId)) return true;
    return [...workspaceIds].some((workspaceId) => !places.has(`${workspaceId}/${personId}`));
  });
}
