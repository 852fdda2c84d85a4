import type { JobsContext } from "./context.ts";
import { lostAttempt } from "./settle.ts";

/**
 * Ends the attempts that a dead process left running, without waiting for its heartbeat to lapse. Only for a server
 * that is alone on its database; elsewhere they may be another server's.
 */
export async function recoverJobs(context: JobsContext): Promise<void> {
  const { rows } = await context.db.pool.query<{ queue: string; ids: string[] }>(
    "SELECT name AS queue, array_agg(id) AS ids FROM pgboss.job WHERE state = 'active' GROUP BY name",
  );
  for (const { queue, ids } of rows) await context.boss.fail(queue, ids, { message: lostAttempt });
}
