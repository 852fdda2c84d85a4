import type { JobSchedule } from "@mindmesh/contracts/jobs";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { JobsContext } from "./context.ts";
import type { Job } from "./define-job.ts";
import { enqueue } from "./enqueue.ts";

type Scheduled = Job & { schedule: NonNullable<Job["schedule"]> };

/** Longest sleep between two looks: a schedule changed by another server is noticed by then. */
const longestSleep = 30_000;

function scheduledJobs(context: JobsContext): Scheduled[] {
  return [...context.definitions.values()].filter((job): job is Scheduled => job.schedule !== undefined);
}

function nextRun(context: JobsContext, cron: string, timezone: string, after: Date): Date {
  try {
    const [next] = context.boss.previewSchedule(cron, { tz: timezone, from: after, count: 1 });
    if (next) return next;
  } catch (cause) {
    throw new Error(`the schedule "${cron}" in ${timezone} is not right`, { cause });
  }
  throw new Error(`the schedule "${cron}" never comes due`);
}

/**
 * Writes the schedules of this version; an unchanged one keeps its next run, so that one that was missed while no
 * server ran is made up for, once.
 * @throws when a cron expression or a time zone is not right
 */
export async function storeSchedules(context: JobsContext): Promise<void> {
  const scheduled = scheduledJobs(context);
  await context.db.system(async (tx) => {
    for (const { name, schedule } of scheduled) {
      const timezone = schedule.timezone ?? "UTC";
      await tx.client.query(
        `INSERT INTO kernel.job_schedules AS s (name, cron, timezone, payload, next_run_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, timezone = excluded.timezone, payload = excluded.payload,
           next_run_at = CASE WHEN (s.cron, s.timezone) = (excluded.cron, excluded.timezone)
                              THEN s.next_run_at ELSE excluded.next_run_at END`,
        [
          name,
          schedule.cron,
          timezone,
          JSON.stringify(schedule.payload),
          nextRun(context, schedule.cron, timezone, new Date()),
        ],
      );
    }
    await tx.client.query("DELETE FROM kernel.job_schedules WHERE name <> ALL($1)", [
      scheduled.map(({ name }) => name),
    ]);
  });
}

/**
 * Enqueues what is due. The row lock and the new time are in the job's own transaction: of two servers one does it, and
 * a crash does it neither twice nor not at all.
 */
export async function runDueSchedules(context: JobsContext): Promise<void> {
  const names = scheduledJobs(context).map(({ name }) => name);
  const runNext = () =>
    context.db.system(async (tx) => {
      const { rows } = await tx.client.query<{ name: string; cron: string; timezone: string; now: Date }>(
        `SELECT name, cron, timezone, now() FROM kernel.job_schedules
         WHERE next_run_at <= now() AND name = ANY($1) ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [names],
      );
      const [due] = rows;
      if (!due) return false;
      await start(context, tx, due.name);
      await tx.client.query("UPDATE kernel.job_schedules SET next_run_at = $2 WHERE name = $1", [
        due.name,
        nextRun(context, due.cron, due.timezone, due.now),
      ]);
      return true;
    });
  while (await runNext());
}

// With a key: when the workers do not keep up, runs that were due do not pile up.
async function start(context: JobsContext, tx: Transaction, name: string): Promise<string> {
  const job = scheduledJobs(context).find((candidate) => candidate.name === name);
  if (!job) throw new AppError("not_found");
  const jobId = await enqueue(context, tx, job, job.schedule.payload, { workspaceId: null, key: "schedule" });
  await tx.client.query("UPDATE kernel.job_schedules SET last_run_at = now(), last_job_id = $2 WHERE name = $1", [
    name,
    jobId,
  ]);
  return jobId;
}

/**
 * Runs a scheduled job now; its next regular run stays. Returns the job's id.
 * @throws AppError not_found
 */
export async function runScheduleNow(context: JobsContext, name: string): Promise<string> {
  return context.db.system((tx) => start(context, tx, name));
}

export async function listSchedules(context: JobsContext): Promise<JobSchedule[]> {
  const { rows } = await context.db.pool.query<{
    name: string;
    cron: string;
    timezone: string;
    next_run_at: Date;
    last_run_at: Date | null;
    last_job_id: string | null;
  }>(
    "SELECT name, cron, timezone, next_run_at, last_run_at, last_job_id FROM kernel.job_schedules ORDER BY next_run_at, name",
  );
  return rows.map((row) => ({
    name: row.name,
    cron: row.cron,
    timezone: row.timezone,
    nextRunAt: row.next_run_at.toISOString(),
    lastRunAt: row.last_run_at?.toISOString() ?? null,
    lastJobId: row.last_job_id,
  }));
}

/** Keeps the schedules until `stop` is called; sleeps until the next one is due. */
export function keepSchedules(context: JobsContext): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = Promise.resolve();

  async function round(): Promise<void> {
    let sleep = longestSleep;
    try {
      await runDueSchedules(context);
      const { rows } = await context.db.pool.query<{ wait: number | null }>(
        "SELECT extract(epoch FROM min(next_run_at) - now())::float8 * 1000 AS wait FROM kernel.job_schedules",
      );
      sleep = Math.min(longestSleep, Math.max(50, rows[0]?.wait ?? longestSleep));
    } catch (error) {
      context.onError(error);
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = round();
    }, sleep);
  }
  running = round();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
