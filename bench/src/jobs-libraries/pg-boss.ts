import { PgBoss, type Job } from "pg-boss";
import type { ClientBase } from "pg";
import pg from "pg";
import { RECOVERY, type BenchPayload, type Library, type Sender, type WorkerSettings } from "./library.ts";

const QUEUE = "bench";
const PRIORITY = { high: 20, normal: 10, low: 0 };

const onClient = (client: ClientBase) => ({
  executeSql: async (text: string, values?: unknown[]) => client.query(text, values),
});

async function open(databaseUrl: string, supervise: boolean, cron: boolean) {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    useListenNotify: true,
    max: 10,
    supervise,
    schedule: cron,
    superviseIntervalSeconds: RECOVERY.sweepSeconds,
    monitorIntervalSeconds: RECOVERY.sweepSeconds,
    cronMonitorIntervalSeconds: 30,
    cronWorkerIntervalSeconds: 5,
  });
  boss.on("error", (error) => console.error("pg-boss:", error.message));
  await boss.start();
  await boss.createQueue(QUEUE, {
    notify: true,
    retryLimit: 2,
    retryDelay: 1,
    retryBackoff: true,
    heartbeatSeconds: RECOVERY.heartbeatSeconds,
  });
  return boss;
}

async function openSender(databaseUrl: string): Promise<Sender> {
  const boss = await open(databaseUrl, false, false);
  return {
    async enqueue(client, payload, settings = {}) {
      const id = await boss.send(QUEUE, payload, {
        db: onClient(client),
        priority: PRIORITY[settings.urgency ?? "normal"],
        ...(settings.maxAttempts === undefined ? {} : { retryLimit: settings.maxAttempts - 1 }),
      });
      if (id === null) throw new Error("pg-boss refused the job");
      return id;
    },
    async enqueueMany(client, payloads) {
      await boss.insert(
        QUEUE,
        payloads.map((data) => ({ data })),
        { db: onClient(client), returnId: false },
      );
    },
    async cancel(id) {
      await boss.cancel(QUEUE, id);
    },
    async remaining(client) {
      const { rows } = await client.query(
        "select count(*)::int as n from pgboss.job where name = $1 and state < 'completed'",
        [QUEUE],
      );
      return rows[0].n;
    },
    async deadLetters(client) {
      const { rows } = await client.query(
        "select count(*)::int as n from pgboss.job where name = $1 and state = 'failed'",
        [QUEUE],
      );
      return rows[0].n;
    },
    async scheduleEveryMinute() {
      await boss.schedule(QUEUE, "* * * * *", { kind: "tick", label: "cron", sentAt: 0 });
    },
    close: () => boss.stop({ graceful: false }),
  };
}

/** pg-boss with its own polling workers: one loop per unit of concurrency, each fetching its batch. */
async function startWorkLoops(settings: WorkerSettings) {
  const boss = await open(settings.databaseUrl, true, settings.cron);
  if (settings.batch > 1) {
    await boss.work<BenchPayload>(
      QUEUE,
      { batchSize: settings.batch, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
      async (jobs) => {
        await Promise.all(jobs.map((job) => settings.handle(job.data, job.signal)));
      },
    );
  } else {
    for (let slot = 0; slot < settings.concurrency; slot++) {
      // A loop that took one job sleeps out its poll; waking it from inside the handler makes it fetch again at once.
      let loop = "";
      loop = await boss.work<BenchPayload>(
        QUEUE,
        { batchSize: 1, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 2 },
        async ([job]) => {
          boss.notifyWorker(loop);
          if (job) await settings.handle(job.data, job.signal);
        },
      );
    }
  }
  return () => boss.stop({ graceful: true, timeout: 10_000 });
}

/** pg-boss as a table with functions: one loop of ours fetches as many jobs as there are free slots. */
async function startFetchLoop(settings: WorkerSettings) {
  const boss = await open(settings.databaseUrl, true, settings.cron);
  const slots = settings.batch > 1 ? settings.batch * 4 : settings.concurrency;
  const running = new Map<string, { job: Job<BenchPayload>; abort: AbortController }>();
  let finished: Job<BenchPayload>[] = [];
  const stopping = new AbortController();
  let fetching = false;
  let wanted = false;
  let more = true;

  // Completions that arrive while a statement is under way share the next one.
  let settling: Promise<void> | undefined;
  const complete = (job: Job<BenchPayload>) => {
    finished.push(job);
    settling ??= (async () => {
      while (finished.length > 0) {
        const jobs = finished;
        finished = [];
        await boss.complete(QUEUE, jobs);
        for (const { id } of jobs) running.delete(id);
        if (more) void take();
      }
      settling = undefined;
    })();
    return settling;
  };

  const run = async (job: Job<BenchPayload>, abort: AbortController) => {
    try {
      await settings.handle(job.data, abort.signal);
    } catch (error) {
      await boss.fail(QUEUE, job, error as Error);
      running.delete(job.id);
      if (more) await take();
      return;
    }
    await complete(job);
  };

  const take = async (): Promise<void> => {
    wanted = true;
    if (fetching) return;
    fetching = true;
    while (wanted && !stopping.signal.aborted) {
      wanted = false;
      const free = slots - running.size;
      more = true;
      if (free <= 0) break;
      const jobs = await boss.fetch<BenchPayload>(QUEUE, { batchSize: free });
      more = jobs.length === free;
      for (const job of jobs) {
        const abort = new AbortController();
        running.set(job.id, { job, abort });
        void run(job, abort);
      }
    }
    fetching = false;
  };

  const listener = new pg.Client(settings.databaseUrl);
  await listener.connect();
  listener.on("notification", () => void take());
  const { rows } = await listener.query(
    "select 'pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24) as channel",
  );
  await listener.query(`LISTEN "${rows[0].channel}"`);
  const poll = setInterval(() => void take(), 1_000);
  // A claim that the heartbeat no longer finds was cancelled or taken over: its handler is told to stop.
  const beat = async () => {
    if (running.size === 0) return;
    const held = [...running.values()];
    await boss.touch(
      QUEUE,
      held.map(({ job }) => job),
    );
    const { rows } = await boss
      .getDb()
      .executeSql("select id from pgboss.job where state = 'active' and id = any($1)", [held.map(({ job }) => job.id)]);
    const claimed = new Set(rows.map((row: { id: string }) => row.id));
    for (const { job, abort } of held) if (!claimed.has(job.id)) abort.abort();
  };
  const touch = setInterval(
    () => void beat().catch((error: unknown) => console.error("touch:", error)),
    (RECOVERY.heartbeatSeconds * 1000) / 3,
  );
  void take();
  return async () => {
    stopping.abort();
    clearInterval(poll);
    while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(touch);
    await listener.end();
    await boss.stop({ graceful: false });
  };
}

export const pgBossWork: Library = { name: "pg-boss work()", openSender, startWorker: startWorkLoops };
export const pgBossFetch: Library = { name: "pg-boss fetch()", openSender, startWorker: startFetchLoop };
