import type { JobDetail, JobQueue } from "@mindmesh/contracts/jobs";
import { PgBoss } from "pg-boss";
import type { z } from "zod";
import type { Database, Transaction } from "../db/index.ts";
import type { Notifications } from "../realtime/index.ts";
import { jobsChannel, type JobsContext } from "./context.ts";
import type { Job, JobSpec } from "./define-job.ts";
import { enqueue, type EnqueueSettings } from "./enqueue.ts";
import { purgeJob } from "./purge-jobs.ts";
import { recoverJobs } from "./recover-jobs.ts";
import { keepSchedules, storeSchedules } from "./schedules.ts";
import { cancelJob } from "./steer-job.ts";
import { heartbeatSeconds, workQueue, type QueueWorker } from "./work-queue.ts";

export interface JobsDependencies {
  db: Database;
  notifications: Notifications;
  /** `api` enqueues and shows jobs but works none. */
  role: "all" | "api" | "worker";
  /** No other server uses this database, so that every job marked as running is one that a dead process left. */
  alone?: boolean;
  onError(error: unknown): void;
  /** Jobs of each queue that this server runs at once. */
  slots?: Record<JobQueue, number>;
}

export interface Jobs {
  /**
   * Puts a job into its queue within the caller's transaction: it exists when the data does. Returns its id.
   * @throws ZodError when the payload is not what the job takes
   */
  enqueue<Payload extends z.ZodType>(
    tx: Transaction,
    job: JobSpec<Payload>,
    payload: z.input<Payload>,
    settings: EnqueueSettings,
  ): Promise<string>;
  /**
   * Cancels a job of the transaction's workspace.
   * @throws AppError not_found; conflict when it has ended
   */
  cancel(tx: Transaction, jobId: string, by: string | null): Promise<JobDetail>;
  /** Names the jobs that there are; unless the role is `api`, begins to work them and to keep their schedules. */
  start(definitions: Job[]): Promise<void>;
  /** Jobs running on this server. */
  running(): number;
  /** Takes no more jobs, gives the running ones `graceMilliseconds` (20 s unless told), then interrupts them. */
  stop(graceMilliseconds?: number): Promise<void>;
  /** For the routes and tests of this part. */
  readonly context: JobsContext;
}

const defaultSlots: Record<JobQueue, number> = { high: 10, normal: 20, low: 4 };
const thirtyDays = 30 * 24 * 3600;

/** Opens the queue; the library brings its schema `pgboss` up to date under a lock of its own. */
export async function openJobs({
  db,
  notifications,
  role,
  alone = false,
  onError,
  slots = defaultSlots,
}: JobsDependencies): Promise<Jobs> {
  const works = role !== "api";
  const boss = new PgBoss({
    db: { executeSql: (text, values) => db.pool.query(text, values) },
    schema: "pgboss",
    // Schedules are ours: the library's fire up to half a minute late and not within the job's transaction.
    schedule: false,
    supervise: works,
    // Together with the heartbeat: the jobs of a killed server run elsewhere after half a minute.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    // Not used here; it would look for work every five seconds.
    flowIntervalSeconds: 3600,
  });
  boss.on("error", onError);
  await boss.start();
  for (const queue of Object.keys(slots)) {
    await boss.createQueue(queue, {
      policy: "short",
      heartbeatSeconds,
      retentionSeconds: thirtyDays,
      deleteAfterSeconds: thirtyDays,
    });
    // Makes the library remember the queue now. Otherwise the first enqueue would look it up on a second connection
    // while its transaction holds one: twenty at once would each wait for the other's.
    await boss.findJobs(queue, { id: "00000000-0000-0000-0000-000000000000" });
  }

  const context: JobsContext = { db, boss, definitions: new Map(), onError };
  const workers = new Map<string, QueueWorker>();
  let schedules: ReturnType<typeof keepSchedules> | undefined;

  notifications.on(jobsChannel, (payload) => {
    const [verb, subject = ""] = payload.split(":");
    if (verb === "wake") workers.get(subject)?.wake();
    if (verb === "cancel") for (const worker of workers.values()) worker.cancel(subject);
  });
  notifications.onReconnect(() => {
    for (const worker of workers.values()) worker.wake();
  });

  return {
    context,
    enqueue: (tx, job, payload, settings) => enqueue(context, tx, job, payload, settings),
    cancel: (tx, jobId, by) => cancelJob(context, tx, {}, jobId, by),
    async start(definitions) {
      for (const job of [...definitions, purgeJob(context)]) {
        if (context.definitions.has(job.name)) throw new Error(`two jobs are named ${job.name}`);
        context.definitions.set(job.name, job);
      }
      if (!works) return;
      if (alone) await recoverJobs(context);
      await storeSchedules(context);
      for (const [queue, count] of Object.entries(slots)) {
        workers.set(queue, workQueue(context, queue as JobQueue, count));
      }
      schedules = keepSchedules(context);
    },
    running: () => [...workers.values()].reduce((sum, worker) => sum + worker.running(), 0),
    async stop(graceMilliseconds = 20_000) {
      await schedules?.stop();
      await Promise.all([...workers.values()].map((worker) => worker.stop(graceMilliseconds)));
      await boss.stop({ graceful: false });
    },
  };
}
