// Compares job libraries on one PostgreSQL, in one run, so that the ratios mean something on any machine.
//   DATABASE_URL=postgres://user@host/db node bench/src/jobs-libraries.ts [--quick]
// Each library gets a database of its own, made and dropped here. Workers are processes of their own.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { drizzle } from "drizzle-orm/node-postgres";
import { sql } from "drizzle-orm";
import pg from "pg";
import { graphileWorker } from "./jobs-libraries/graphile-worker.ts";
import { kernelJobs } from "./jobs-libraries/kernel-jobs.ts";
import { now, type BenchPayload, type Library, type Sender } from "./jobs-libraries/library.ts";
import { pgBossFetch, pgBossWork } from "./jobs-libraries/pg-boss.ts";

type WorkerEvent = { event: string; payload: BenchPayload; at: number; bytes?: number };
type Figures = Record<string, number | string>;

const adminUrl = process.env.DATABASE_URL;
if (!adminUrl) throw new Error("Set DATABASE_URL to a PostgreSQL where databases may be created.");
const quick = process.argv.includes("--quick");
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice(7);

function startWorker(library: Library, url: string, settings: object) {
  const child = fork(new URL("./jobs-libraries/worker.ts", import.meta.url), [
    library.name,
    url,
    JSON.stringify({
      concurrency: 25,
      batch: 1,
      cron: false,
      quiet: false,
      reportAt: 0,
      longSeconds: 3600,
      shortMilliseconds: 0,
      ...settings,
    }),
  ]);
  const events: WorkerEvent[] = [];
  child.on("message", (message) => events.push(message as WorkerEvent));
  return { child, events, ready: waitFor(() => events.some(({ event }) => event === "ready"), 30_000) };
}

async function stopWorker(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.send("stop");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await exited;
  clearTimeout(timer);
}

/** Waits until the condition holds; false when it did not within the limit (milliseconds). */
async function waitFor(condition: () => boolean | Promise<boolean>, limit: number): Promise<boolean> {
  const end = now() + limit;
  while (now() < end) {
    if (await condition()) return true;
    await sleep(10);
  }
  return false;
}

const percentile = (values: number[], share: number) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
const payload = (kind: BenchPayload["kind"], label = ""): BenchPayload => ({ kind, label, sentAt: now() });
const startsOf = (events: WorkerEvent[], kind: BenchPayload["kind"]) =>
  events.filter((item) => item.event === "started" && item.payload.kind === kind);

async function transactionalEnqueue(sender: Sender, client: pg.Client): Promise<Figures> {
  const before = await sender.remaining(client);
  await client.query("begin");
  await sender.enqueue(client, payload("short"));
  await client.query("rollback");
  const rolledBack = (await sender.remaining(client)) === before;

  const db = drizzle(client);
  const inDrizzle = await db
    .transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await sender.enqueue(client, payload("short"));
      tx.rollback();
    })
    .catch(() => "rolled back");
  const drizzleRolledBack = inDrizzle === "rolled back" && (await sender.remaining(client)) === before;

  const rounds = 300;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await client.query("begin");
    const start = now();
    await sender.enqueue(client, payload("short"));
    times.push(now() - start);
    await client.query("rollback");
  }
  return {
    "rollback leaves no job": rolledBack && drizzleRolledBack ? "yes" : "NO",
    "enqueue in a transaction, p50 ms": percentile(times, 0.5),
  };
}

async function pickUp(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const worker = startWorker(library, url, {});
  await worker.ready;
  for (let i = 0; i < 20; i++) await sender.enqueue(client, payload("long"));
  await waitFor(() => startsOf(worker.events, "long").length === 20, 20_000);
  const count = quick ? 50 : 300;
  for (let i = 0; i < count; i++) {
    await sender.enqueue(client, payload("short"));
    await sleep(30 + Math.random() * 40);
  }
  await waitFor(() => startsOf(worker.events, "short").length === count, 20_000);
  const waits = startsOf(worker.events, "short").map(({ at, payload: sent }) => at - sent.sentAt);

  const from = await statements(client);
  const idleSeconds = quick ? 3 : 15;
  await sleep(idleSeconds * 1000);
  const to = await statements(client);
  worker.child.send("memory");
  await waitFor(() => worker.events.some(({ event }) => event === "memory"), 2_000);
  const bytes = worker.events.find(({ event }) => event === "memory")?.bytes ?? 0;
  worker.child.kill("SIGKILL");
  await once(worker.child, "exit");
  await sender.close();
  return {
    "pick-up with 20 long jobs, p50 ms": percentile(waits, 0.5),
    "pick-up with 20 long jobs, p95 ms": percentile(waits, 0.95),
    "transactions/s of a worker with 20 long jobs, nothing new": (to - from) / idleSeconds,
    "worker memory, MB": bytes / 1e6,
  };
}

/** What one job costs the database while 25 slots stand idle: wakes that find nothing count too. */
async function wakeCost(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const worker = startWorker(library, url, {});
  await worker.ready;
  await sleep(2_000);
  const seconds = 5;
  const idleFrom = await statements(client);
  await sleep(seconds * 1000);
  const idle = ((await statements(client)) - idleFrom) / seconds;
  const count = 100;
  const from = await statements(client);
  const start = now();
  for (let i = 0; i < count; i++) {
    await sender.enqueue(client, payload("short"));
    await sleep(50);
  }
  await sleep(1_500);
  const spent = (await statements(client)) - from - idle * ((now() - start) / 1000);
  await stopWorker(worker.child);
  return { "transactions/s of 25 idle slots": idle, "transactions per job with 25 idle slots": spent / count };
}

async function statements(client: pg.Client): Promise<number> {
  await client.query("select pg_stat_clear_snapshot()");
  const { rows } = await client.query(
    "select (xact_commit + xact_rollback)::float8 as n from pg_stat_database where datname = current_database()",
  );
  return rows[0].n;
}

async function recovery(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const first = startWorker(library, url, {});
  await first.ready;
  for (let i = 0; i < 20; i++) await sender.enqueue(client, payload("long"));
  await waitFor(() => startsOf(first.events, "long").length === 20, 20_000);
  await sleep(4_000); // heartbeats are under way
  const second = startWorker(library, url, {});
  await second.ready;
  first.child.kill("SIGKILL");
  const killedAt = now();
  await waitFor(() => startsOf(second.events, "long").length >= 20, 90_000);
  const starts = startsOf(second.events, "long").map(({ at }) => at - killedAt);
  second.child.kill("SIGKILL");
  return {
    "jobs of a killed worker taken over, of 20": starts.length,
    "last of them after kill -9, s": starts.length === 20 ? Math.max(...starts) / 1000 : "never in 90 s",
  };
}

async function priorities(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  for (let i = 0; i < 300; i++) await sender.enqueue(client, payload("short", "low"), { urgency: "low" });
  for (let i = 0; i < 10; i++) await sender.enqueue(client, payload("short", "high"), { urgency: "high" });
  const worker = startWorker(library, url, { concurrency: 4, shortMilliseconds: 5 });
  await waitFor(() => startsOf(worker.events, "short").length === 310, 60_000);
  const starts = startsOf(worker.events, "short");
  const order = starts.map((item) => item.payload.label);
  const seconds = ((starts.at(-1)?.at ?? Number.NaN) - (starts[0]?.at ?? Number.NaN)) / 1000;
  await stopWorker(worker.child);
  return {
    "last of 10 urgent jobs behind 300 others runs as number": order.lastIndexOf("high") + 1,
    "those 310 jobs of 5 ms at 4 at once, s": seconds,
  };
}

async function retries(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const worker = startWorker(library, url, {});
  await worker.ready;
  await sender.enqueue(client, payload("fail"), { maxAttempts: 3 });
  await waitFor(async () => (await sender.deadLetters(client)) === 1, 40_000);
  const at = startsOf(worker.events, "fail").map((item) => item.at);
  const gaps = at.slice(1).map((time, index) => ((time - (at[index] ?? time)) / 1000).toFixed(1));
  const dead = await sender.deadLetters(client);
  await stopWorker(worker.child);
  return { "attempts of 3, waits between": `${at.length}: ${gaps.join(" s, ")} s`, "dead letters kept": dead };
}

async function cancellation(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const worker = startWorker(library, url, {});
  await worker.ready;
  const id = await sender.enqueue(client, payload("long"));
  await waitFor(() => startsOf(worker.events, "long").length === 1, 10_000);
  await sender.cancel(id).catch(() => undefined);
  const cancelledAt = now();
  const aborted = await waitFor(() => worker.events.some(({ event }) => event === "aborted"), 15_000);
  worker.child.kill("SIGKILL");
  return { "signal of a running job aborted by cancel, s": aborted ? (now() - cancelledAt) / 1000 : "never in 15 s" };
}

async function throughput(library: Library, url: string, sender: Sender, client: pg.Client): Promise<Figures> {
  const single = quick ? 300 : 2_000;
  let start = now();
  for (let i = 0; i < single; i++) await sender.enqueue(client, payload("short"));
  const enqueueSingle = single / ((now() - start) / 1000);
  const workSingle = await drain(library, url, sender, client, single, { concurrency: 10 });

  const batched = quick ? 3_000 : 30_000;
  start = now();
  for (let i = 0; i < batched; i += 1_000)
    await sender.enqueueMany(
      client,
      Array.from({ length: 1_000 }, () => payload("short")),
    );
  const enqueueBatched = batched / ((now() - start) / 1000);
  const workBatched = await drain(library, url, sender, client, batched, { concurrency: 24, batch: 200 });
  return {
    "enqueued one by one, jobs/s": enqueueSingle,
    "worked one at a time, 10 at once, jobs/s": workSingle,
    "enqueued 1,000 at once, jobs/s": enqueueBatched,
    "worked in batches of 200, jobs/s": workBatched,
  };
}

/** Jobs worked per second, from the worker's readiness to an empty queue; the limit is a minute. */
async function drain(
  library: Library,
  url: string,
  sender: Sender,
  client: pg.Client,
  count: number,
  settings: object,
) {
  const worker = startWorker(library, url, { ...settings, quiet: true, reportAt: count });
  await worker.ready;
  const start = now();
  await waitFor(() => worker.events.some(({ event }) => event === "handled"), 60_000);
  await waitFor(async () => (await sender.remaining(client)) === 0, 2_000);
  const seconds = (now() - start) / 1000;
  const left = await sender.remaining(client);
  await stopWorker(worker.child);
  return (count - left) / seconds;
}

async function cron(library: Library, url: string, sender: Sender): Promise<Figures> {
  const workers = [1, 2].map(() => startWorker(library, url, { cron: true }));
  await Promise.all(workers.map(({ ready }) => ready));
  await sender.scheduleEveryMinute();
  const next = Math.ceil((now() + 2_000) / 60_000) * 60_000;
  await waitFor(() => now() > next + 30_000, 120_000);
  const ticks = workers.flatMap(({ events }) => startsOf(events, "tick")).filter(({ at }) => at >= next);
  await Promise.all(workers.map(({ child }) => stopWorker(child)));
  return {
    "runs of a cron minute with 2 workers": ticks.length,
    "late by, s": ticks.length > 0 ? (Math.min(...ticks.map(({ at }) => at)) - next) / 1000 : "not in 30 s",
  };
}

async function inOwnDatabase(
  library: Library,
  measure: (library: Library, url: string, sender: Sender, client: pg.Client) => Promise<Figures>,
): Promise<Figures> {
  const name = `bench_jobs_${process.pid}`;
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(adminUrl as string);
  url.pathname = `/${name}`;
  const client = new pg.Client(url.href);
  await client.connect();
  const sender = await library.openSender(url.href);
  try {
    return await measure(library, url.href, sender, client);
  } finally {
    await sender.close().catch(() => undefined);
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

const libraries = [graphileWorker, pgBossWork, pgBossFetch, kernelJobs];
const measures = {
  transactionalEnqueue: (_l: Library, _u: string, sender: Sender, client: pg.Client) =>
    transactionalEnqueue(sender, client),
  pickUp,
  wakeCost,
  priorities,
  retries,
  cancellation,
  throughput,
  recovery,
  cron,
};
const results = new Map<string, Figures>(libraries.map(({ name }) => [name, {}]));
/** Measures that a busy machine disturbs are taken in turns, several times; the median counts. */
const rounds: Record<string, number> = quick ? {} : { transactionalEnqueue: 5, pickUp: 3, throughput: 3 };
const medianOf = (values: (number | string)[]) =>
  values.every((value) => typeof value === "number") ? percentile(values, 0.5) : (values.at(-1) ?? "");

for (const [measureName, measure] of Object.entries(measures)) {
  if (only && only !== measureName) continue;
  const taken = new Map<string, Figures[]>(libraries.map(({ name }) => [name, []]));
  for (let round = 0; round < (rounds[measureName] ?? 1); round++) {
    for (const library of libraries) {
      const figures = await inOwnDatabase(library, measure);
      taken.get(library.name)?.push(figures);
      console.error(library.name, figures);
    }
  }
  for (const [name, all] of taken) {
    const merged = results.get(name) as Figures;
    for (const figure of Object.keys(all[0] ?? {})) merged[figure] = medianOf(all.map((each) => each[figure] ?? ""));
  }
}

const show = (value: number | string | undefined) =>
  typeof value === "number"
    ? value >= 100
      ? Math.round(value).toLocaleString("en")
      : value.toFixed(value < 1 ? 2 : 1)
    : (value ?? "");
const base = results.get(libraries[0]?.name ?? "") ?? {};
console.log(`| measured | ${libraries.map(({ name }) => name).join(" | ")} |\n|---|${"---|".repeat(libraries.length)}`);
for (const figure of Object.keys(base)) {
  const cells = libraries.map(({ name }) => {
    const value = results.get(name)?.[figure];
    const reference = base[figure];
    const ratio =
      typeof value === "number" && typeof reference === "number" && reference > 0 && name !== libraries[0]?.name
        ? ` (x${(value / reference).toFixed(2)})`
        : "";
    return show(value) + ratio;
  });
  console.log(`| ${figure} | ${cells.join(" | ")} |`);
}
