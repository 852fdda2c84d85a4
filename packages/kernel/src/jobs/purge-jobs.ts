import { z } from "zod";
import type { JobsContext } from "./context.ts";
import { defineJob } from "./define-job.ts";

/** Days that jobs are kept after they were done or cancelled. Dead ones stay for the library's retention, 30 days. */
const keptDays = 3;
const batch = 1_000;

/** The nightly job that removes what nobody will look at any more, a thousand rows at a time. */
export function purgeJob(context: JobsContext) {
  return defineJob({
    name: "jobs.purge",
    payload: z.object({}),
    queue: "low",
    timeoutSeconds: 3600,
    schedule: { cron: "17 3 * * *", payload: {} },
    handler: ({ signal }) => purgeJobs(context, signal),
  });
}

export async function purgeJobs(context: JobsContext, signal: AbortSignal): Promise<void> {
  // The library's rows first: ours without one are gone for every reader.
  const statements = [
    `DELETE FROM pgboss.job WHERE (name, id) IN (
       SELECT name, id FROM pgboss.job WHERE state IN ('completed', 'cancelled')
         AND completed_on < now() - make_interval(days => ${keptDays}) LIMIT ${batch})`,
    `DELETE FROM kernel.jobs WHERE id IN (
       SELECT j.id FROM kernel.jobs j WHERE NOT EXISTS (
         SELECT 1 FROM pgboss.job b WHERE b.name = j.queue AND b.id = j.id) LIMIT ${batch})`,
  ];
  for (const statement of statements) {
    let removed = batch;
    while (removed === batch) {
      signal.throwIfAborted();
      removed = (await context.db.pool.query(statement)).rowCount ?? 0;
    }
  }
}
