import { v7 as newId } from "uuid";
import type { z } from "zod";
import type { Transaction } from "../db/index.ts";
import { asOwner, jobsChannel, libraryIn, type JobsContext, type StoredJob } from "./context.ts";
import { settingsOf, type JobSpec } from "./define-job.ts";

export interface EnqueueSettings {
  /** Null for the server's own jobs. Must be the workspace of the transaction where it has one. */
  workspaceId: string | null;
  userId?: string | null | undefined;
  /** Not before this moment. */
  runAt?: Date;
  /**
   * While a job of this name, workspace and key waits for its first run, enqueuing again gives that one's id: it will
   * see what the transaction wrote. One that is running already has not, so another one is made.
   */
  key?: string;
}

/** Seconds beyond a job's own limit after which the database declares an attempt lost. */
const expiryMargin = 15;

/**
 * Puts a job into its queue within the caller's transaction: it exists when the data does, and is picked up after the
 * commit. Returns its id.
 * @throws ZodError when the payload is not what the job takes; Error when the workspace is not the transaction's
 */
export async function enqueue<Payload extends z.ZodType>(
  context: JobsContext,
  tx: Transaction,
  job: JobSpec<Payload>,
  payload: z.input<Payload>,
  settings: EnqueueSettings,
): Promise<string> {
  job.payload.parse(payload);
  const { queue, maxAttempts, backoff, timeoutSeconds } = settingsOf(job);
  const { workspaceId, userId = null, runAt, key } = settings;
  // Row-level security does not reach the queue's tables, so a job for another workspace is refused here.
  if (tx.tenant !== null && tx.tenant.workspaceId !== workspaceId) {
    throw new Error("a transaction of one workspace may not enqueue a job for another");
  }
  return asOwner(tx, async () => {
    const jobId = newId();
    // The library's policy `short` allows one waiting job per key, so a job without a key gets one of its own.
    const singletonKey = key === undefined ? jobId : JSON.stringify([job.name, workspaceId, key]);
    const data: StoredJob = { job: job.name, payload };
    for (;;) {
      const made = await context.boss.send(queue, data, {
        db: libraryIn(tx),
        id: jobId,
        singletonKey,
        retryLimit: maxAttempts - 1,
        retryBackoff: true,
        retryDelay: backoff.firstSeconds,
        retryDelayMax: backoff.maxSeconds,
        expireInSeconds: timeoutSeconds + expiryMargin,
        ...(runAt && { startAfter: runAt }),
      });
      if (made !== null) break;
      const waiting = await holdWaiting(tx, queue, singletonKey);
      if (waiting !== null) return waiting;
    }
    await tx.client.query({
      name: "jobs.enqueue",
      text: `WITH job AS (INSERT INTO kernel.jobs (id, workspace_id, user_id, name, queue) VALUES ($1, $2, $3, $4, $5))
             SELECT pg_notify('${jobsChannel}', 'wake:' || $5) WHERE $6`,
      values: [jobId, workspaceId, userId, job.name, queue, runAt === undefined || runAt.getTime() <= Date.now()],
    });
    return jobId;
  });
}

// Locked, the waiting job cannot start before this transaction ends, and so sees what it wrote. Null when a worker
// took it in the meantime.
async function holdWaiting(tx: Transaction, queue: string, singletonKey: string): Promise<string | null> {
  const { rows } = await tx.client.query<{ id: string }>(
    `SELECT id FROM pgboss.job WHERE name = $1 AND singleton_key = $2 AND state = 'created' FOR UPDATE`,
    [queue, singletonKey],
  );
  return rows[0]?.id ?? null;
}
