import type { Database } from "@mindmesh/kernel/db";
import { sql } from "drizzle-orm";

/** Compressed bytes of results that a workspace keeps; the oldest go first. */
export const resultBytesOfWorkspace = 2 * 1024 ** 3;
/** The history goes back so far. */
const historyDays = 365;

/** Removes results that are old or too many, and what is older than the history. @returns how many results went */
export async function sweepResults(db: Database, mostBytes = resultBytesOfWorkspace): Promise<number> {
  return db.system(async (tx) => {
    const gone = await tx.execute<{ workspace_id: string; id: string }>(sql`
      WITH kept AS (
        SELECT s.workspace_id, s.id, s.result_until,
          sum((SELECT sum(octet_length(b.content)) FROM query.result_blocks b
               WHERE b.workspace_id = s.workspace_id AND b.statement_id = s.id))
            OVER (PARTITION BY s.workspace_id ORDER BY s.created_at DESC, s.id) AS bytes
        FROM query.statements s
        WHERE s.result_until IS NOT NULL AND s.result_of IS NULL AND s.server_id IS NULL)
      SELECT workspace_id, id FROM kept WHERE result_until < now() OR bytes > ${mostBytes}`);
    for (const { workspace_id: workspaceId, id } of gone.rows) {
      await tx.execute(
        sql`DELETE FROM query.result_blocks WHERE workspace_id = ${workspaceId}::uuid AND statement_id = ${id}::uuid`,
      );
      await tx.execute(sql`
        UPDATE query.statements SET result_until = NULL
        WHERE workspace_id = ${workspaceId}::uuid AND (id = ${id}::uuid OR result_of = ${id}::uuid)`);
    }
    await tx.execute(
      sql`DELETE FROM query.statements WHERE created_at < now() - make_interval(days => ${historyDays}) AND server_id IS NULL`,
    );
    return gone.rows.length;
  });
}
