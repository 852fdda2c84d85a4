import { Logger, makeWorkerUtils, parseCronItems, run, type Runner } from "graphile-worker";
import pg, { type ClientBase } from "pg";
import { RECOVERY, type BenchPayload, type Library, type Sender, type WorkerSettings } from "./library.ts";

const TASK = "bench";
const PRIORITY = { high: -10, normal: 0, low: 10 };
const quiet = new Logger(() => () => undefined);

async function openSender(databaseUrl: string): Promise<Sender> {
  const pgPool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const utils = await makeWorkerUtils({ pgPool, logger: quiet });
  await utils.migrate();
  return {
    async enqueue(client, payload, settings = {}) {
      const { rows } = await client.query({
        name: "bench_add_job",
        text: "select id from graphile_worker.add_job($1, $2::json, max_attempts => $3, priority => $4)",
        values: [TASK, JSON.stringify(payload), settings.maxAttempts ?? 3, PRIORITY[settings.urgency ?? "normal"]],
      });
      return String(rows[0].id);
    },
    async enqueueMany(client, payloads) {
      await client.query(
        `select count(*) from graphile_worker.add_jobs(array(
           select row($1, p, null, null, 3::smallint, null, null, null)::graphile_worker.job_spec
           from json_array_elements($2::json) p))`,
        [TASK, JSON.stringify(payloads)],
      );
    },
    async cancel(id) {
      // Only a job that is not running: the library has nothing for one that is.
      await utils.completeJobs([id]);
    },
    async remaining(client: ClientBase) {
      const { rows } = await client.query(
        "select count(*)::int as n from graphile_worker.jobs where attempts < max_attempts or locked_at is not null",
      );
      return rows[0].n;
    },
    async deadLetters(client: ClientBase) {
      const { rows } = await client.query(
        "select count(*)::int as n from graphile_worker.jobs where attempts >= max_attempts and locked_at is null",
      );
      return rows[0].n;
    },
    scheduleEveryMinute: async () => undefined,
    close: async () => {
      await utils.release();
      if (!pgPool.ended) await pgPool.end();
    },
  };
}

/**
 * The library unlocks a dead worker's jobs after four hours. The sweep measured here is what a wrapper would
 * add: a row per worker pool renewed by its owner, and forceUnlockWorkers for pools whose row went stale.
 */
async function startSweep(databaseUrl: string, runner: Runner) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  await pool.query("create table if not exists bench_worker_pools (id text primary key, seen_at timestamptz not null)");
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: quiet });
  let poolId: string | undefined;
  runner.events.on("worker:getJob:start", ({ worker }) => {
    poolId ??= worker.workerPool.id;
  });
  const beat = async () => {
    if (poolId === undefined) return;
    await pool.query(
      "insert into bench_worker_pools values ($1, now()) on conflict (id) do update set seen_at = now()",
      [poolId],
    );
    const { rows } = await pool.query(
      "delete from bench_worker_pools where seen_at < now() - make_interval(secs => $1) returning id",
      [RECOVERY.heartbeatSeconds],
    );
    if (rows.length > 0) await utils.forceUnlockWorkers(rows.map((row) => row.id));
  };
  const timer = setInterval(
    () => void beat().catch((error: unknown) => console.error("sweep:", error)),
    (RECOVERY.heartbeatSeconds * 1000) / 3,
  );
  return async () => {
    clearInterval(timer);
    await utils.release();
    await pool.end();
  };
}

async function startWorker(settings: WorkerSettings) {
  const runner = await run({
    connectionString: settings.databaseUrl,
    concurrency: settings.concurrency,
    maxPoolSize: 10,
    noHandleSignals: true,
    logger: quiet,
    pollInterval: 1_000,
    parsedCronItems: parseCronItems(
      settings.cron
        ? [{ task: TASK, match: "* * * * *", payload: { kind: "tick", label: "cron" }, identifier: "every-minute" }]
        : [],
    ),
    taskList: { [TASK]: (payload, helpers) => settings.handle(payload as BenchPayload, helpers.abortSignal) },
    ...(settings.batch > 1
      ? {
          preset: {
            worker: {
              localQueue: { size: settings.batch },
              completeJobBatchDelay: 0,
              failJobBatchDelay: 0,
            },
          },
        }
      : {}),
  });
  const stopSweep = await startSweep(settings.databaseUrl, runner);
  return async () => {
    await stopSweep();
    await runner.stop();
  };
}

export const graphileWorker: Library = { name: "graphile-worker", openSender, startWorker };
