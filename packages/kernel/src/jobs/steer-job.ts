import type { JobDetail, JobState } from "@mindmesh/contracts/jobs";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { asOwner, jobsChannel, libraryIn, type JobsContext } from "./context.ts";
import { readJob, type Sight } from "./read-jobs.ts";

const ended: readonly JobState[] = ["done", "cancelled", "dead"];

/** The job, locked against workers and other people until the transaction ends. */
async function hold(tx: Transaction, sight: Sight, jobId: string): Promise<JobDetail> {
  await tx.client.query(
    "SELECT 1 FROM pgboss.job WHERE id = $1 AND name = (SELECT queue FROM kernel.jobs WHERE id = $1) FOR UPDATE",
    [jobId],
  );
  return readJob(tx, sight, jobId);
}

/**
 * Cancels a job that has not ended, within the caller's transaction. One that runs is told to stop when the transaction
 * commits, on whichever server it runs.
 * @throws AppError not_found; conflict when it has ended
 */
export async function cancelJob(
  context: JobsContext,
  tx: Transaction,
  sight: Sight,
  jobId: string,
  by: string | null,
): Promise<JobDetail> {
  const seen = tx.tenant === null ? sight : { ...sight, workspaceId: tx.tenant.workspaceId };
  return asOwner(tx, async () => {
    const job = await hold(tx, seen, jobId);
    if (ended.includes(job.state)) throw new AppError("conflict", { message: "The job has already ended." });
    await context.boss.cancel(job.queue, jobId, { db: libraryIn(tx) });
    await tx.client.query("UPDATE kernel.jobs SET cancelled_by = $2 WHERE id = $1", [jobId, by]);
    await tx.client.query("SELECT pg_notify($1, $2)", [jobsChannel, `cancel:${jobId}`]);
    return readJob(tx, seen, jobId);
  });
}

/**
 * Gives a dead job one more attempt, at once.
 * @throws AppError not_found; conflict when it is not dead
 */
export async function retryJob(context: JobsContext, sight: Sight, jobId: string): Promise<JobDetail> {
  return context.db.system(async (tx) => {
    const job = await hold(tx, sight, jobId);
    if (job.state !== "dead") throw new AppError("conflict", { message: "Only a dead job can be tried again." });
    await context.boss.retry(job.queue, jobId, { db: libraryIn(tx) });
    await tx.client.query("SELECT pg_notify($1, $2)", [jobsChannel, `wake:${job.queue}`]);
    return readJob(tx, sight, jobId);
  });
}

/**
 * Deletes a job that has ended.
 * @throws AppError not_found; conflict when it waits or runs
 */
export async function deleteJob(context: JobsContext, sight: Sight, jobId: string): Promise<void> {
  await context.db.system(async (tx) => {
    const job = await hold(tx, sight, jobId);
    if (!ended.includes(job.state)) {
      throw new AppError("conflict", { message: "The job has not ended. Cancel it first." });
    }
    await context.boss.deleteJob(job.queue, jobId, { db: libraryIn(tx) });
    await tx.client.query("DELETE FROM kernel.jobs WHERE id = $1", [jobId]);
  });
}
