import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { sql } from "drizzle-orm";

/** Tags of the caller's conversations outside the trash, most used first. */
export async function listTags(db: Database, caller: MemberCaller): Promise<{ tag: string; count: number }[]> {
  const result = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx.execute<{ tag: string; count: number }>(sql`
      SELECT tag, count(*)::int AS count FROM chat.conversations, unnest(tags) AS tag
      WHERE workspace_id = ${caller.workspaceId} AND owner_id = ${caller.personId} AND trashed_at IS NULL
      GROUP BY tag ORDER BY count DESC, tag LIMIT 500`),
  );
  return result.rows;
}
