import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Database } from "../../src/db/index.ts";
import { defineJob } from "../../src/jobs/index.ts";

export const recordedSpec = {
  name: "test.recorded",
  payload: z.object({ milliseconds: z.number() }),
  backoff: { firstSeconds: 1, maxSeconds: 1 },
};

/** A job that writes who began and ended it and when, and sleeps in between; and one that every night does the same. */
export function recordedJobs(db: Database, worker: number) {
  const run = async (name: string, jobId: string, attempt: number, milliseconds: number) => {
    await db.pool.query("INSERT INTO runs (name, job_id, attempt, worker) VALUES ($1, $2, $3, $4)", [
      name,
      jobId,
      attempt,
      worker,
    ]);
    await sleep(milliseconds);
    await db.pool.query("UPDATE runs SET ended_at = clock_timestamp() WHERE job_id = $1 AND attempt = $2", [
      jobId,
      attempt,
    ]);
  };
  return [
    defineJob({
      ...recordedSpec,
      handler: ({ jobId, attempt, payload }) => run("recorded", jobId, attempt, payload.milliseconds),
    }),
    defineJob({
      name: "test.nightly",
      payload: z.object({}),
      schedule: { cron: "0 4 * * *", payload: {} },
      handler: ({ jobId, attempt }) => run("nightly", jobId, attempt, 0),
    }),
  ];
}

/** Two rows for the same attempt are refused, so that a job which is given out twice fails the test. */
export async function createRuns(db: Database): Promise<void> {
  await db.pool.query(`CREATE TABLE runs (
    name text NOT NULL, job_id uuid NOT NULL, attempt int NOT NULL, worker int NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(), ended_at timestamptz, PRIMARY KEY (job_id, attempt))`);
}
