import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob, type JobRun } from "../../src/jobs/index.ts";
import { readJob } from "../../src/jobs/read-jobs.ts";
import { makePerson, openAlone, openServer, stateOf, until } from "./jobs-under-test.ts";

const nobody = { workspaceId: null };
const quickly = { firstSeconds: 1, maxSeconds: 1 };

it("a job gets its payload, its workspace and the person who caused it", async () => {
  const runs: JobRun<{ day: Date }>[] = [];
  const job = defineJob({
    name: "test.look",
    payload: z.object({ day: z.coerce.date() }),
    handler: async (run) => void runs.push(run),
  });
  const { db, jobs } = await openAlone([job]);
  const ada = await makePerson(db);
  const jobId = await db.withWorkspace(ada, (tx) => jobs.enqueue(tx, job, { day: "2026-11-20" }, ada));
  await until("it ran", () => runs.length === 1);
  expect(runs[0]).toMatchObject({ jobId, ...ada, attempt: 1, payload: { day: new Date("2026-11-20") } });
});

it("progress can be read while the job runs, and is complete at the end", async () => {
  const finish = Promise.withResolvers<void>();
  const job = defineJob({
    name: "test.long",
    payload: z.object({}),
    handler: async ({ progress }) => {
      for (let row = 0; row <= 300; row++) progress(row / 1_000, `row ${row}`);
      await finish.promise;
    },
  });
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  const read = () => db.system((tx) => readJob(tx, {}, jobId));
  await until("progress shows", async () => (await read()).progress > 0);
  expect(await read()).toMatchObject({ state: "running", progressText: "row 300", attempts: 1 });
  expect((await read()).progress).toBeCloseTo(0.3);
  finish.resolve();
  await until("it is done", async () => (await read()).state === "done");
  expect(await read()).toMatchObject({ progress: 1, errors: [] });
});

it("a job that fails is tried again, and after the last attempt kept as dead with every error", async () => {
  const attempts: number[] = [];
  const job = defineJob({
    name: "test.fail",
    payload: z.object({}),
    maxAttempts: 3,
    backoff: quickly,
    handler: async ({ attempt }) => {
      attempts.push(attempt);
      throw new Error(`no luck ${attempt}\u0000`);
    },
  });
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("it is dead", async () => (await stateOf(db, jobId)) === "failed");
  expect(attempts).toEqual([1, 2, 3]);
  const dead = await db.system((tx) => readJob(tx, {}, jobId));
  expect(dead).toMatchObject({ state: "dead", attempts: 3, maxAttempts: 3, lastError: "no luck 3" });
  expect(dead.errors.map(({ attempt, message }) => [attempt, message])).toEqual([
    [1, "no luck 1"],
    [2, "no luck 2"],
    [3, "no luck 3"],
  ]);
});

it("a job that succeeds at the second attempt is done, and its first error can still be read", async () => {
  const job = defineJob({
    name: "test.flaky",
    payload: z.object({}),
    backoff: quickly,
    handler: async ({ attempt }) => {
      if (attempt === 1) throw new Error("not yet");
    },
  });
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("it is done", async () => (await stateOf(db, jobId)) === "completed");
  const done = await db.system((tx) => readJob(tx, {}, jobId));
  expect(done).toMatchObject({ state: "done", attempts: 2, errors: [{ attempt: 1, message: "not yet" }] });
});

describe("a job past its time limit", () => {
  it("is told to stop and tried again", async () => {
    const reasons: string[] = [];
    const job = defineJob({
      name: "test.slow",
      payload: z.object({}),
      timeoutSeconds: 1,
      maxAttempts: 2,
      backoff: quickly,
      handler: async ({ signal, attempt }) => {
        if (attempt === 2) return;
        // Returns as if all were well once it is told to stop: that must not count as done.
        await sleep(60_000, undefined, { signal }).catch(() => reasons.push((signal.reason as Error).message));
      },
    });
    const { db, jobs } = await openAlone([job]);
    const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
    await until("it is done", async () => (await stateOf(db, jobId)) === "completed");
    expect(reasons).toEqual(["It ran longer than its limit of 1 s."]);
    const done = await db.system((tx) => readJob(tx, {}, jobId));
    expect(done.errors).toMatchObject([{ attempt: 1, message: "It ran longer than its limit of 1 s." }]);
  });

  it("is given up after five seconds when it does not listen, and keeps its slot until it ends", async () => {
    const deaf = Promise.withResolvers<void>();
    const seen: string[] = [];
    const job = defineJob({
      name: "test.deaf",
      payload: z.object({}),
      timeoutSeconds: 1,
      maxAttempts: 1,
      handler: () => deaf.promise,
    });
    const next = defineJob({ name: "test.next", payload: z.object({}), handler: async () => void seen.push("next") });
    const { db, jobs } = await openAlone([job, next], { slots: { high: 1, normal: 1, low: 1 } });
    const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
    await until("it is dead", async () => (await stateOf(db, jobId)) === "failed");
    const waiting = await db.system((tx) => jobs.enqueue(tx, next, {}, nobody));
    await sleep(3_000); // longer than a poll
    expect(await stateOf(db, waiting)).toBe("created");
    deaf.resolve();
    await until("the slot is free again", () => seen.length === 1);
  });
});

it.each([
  ["low", "high"],
  ["high", "low"],
] as const)("a queue %s that is full does not keep a %s job waiting", async (full, free) => {
  const release = Promise.withResolvers<void>();
  const seen: string[] = [];
  const blocking = defineJob({
    name: "test.block",
    payload: z.object({}),
    queue: full,
    handler: () => release.promise,
  });
  const other = defineJob({
    name: "test.other",
    payload: z.object({}),
    queue: free,
    handler: async () => void seen.push(free),
  });
  const { db, jobs } = await openAlone([blocking, other], { slots: { high: 2, normal: 1, low: 2 } });
  for (let i = 0; i < 5; i++) await db.system((tx) => jobs.enqueue(tx, blocking, {}, nobody));
  await until("the queue is full", () => jobs.running() === 2);
  await db.system((tx) => jobs.enqueue(tx, other, {}, nobody));
  await until("the other ran", () => seen.length === 1);
  await until("its slot is free again", () => jobs.running() === 2);
  const { rows } = await db.pool.query("SELECT state::text, count(*)::int FROM pgboss.job WHERE name = $1 GROUP BY 1", [
    full,
  ]);
  expect(rows).toEqual(
    expect.arrayContaining([
      { state: "active", count: 2 },
      { state: "created", count: 3 },
    ]),
  );
  release.resolve();
});

it("a job whose workspace was deleted while it waited does not run", async () => {
  const seen: string[] = [];
  const job = defineJob({
    name: "test.orphan",
    payload: z.object({ name: z.string() }),
    handler: async ({ payload }) => void seen.push(payload.name),
  });
  const { db, jobs, url } = await openAlone([], { role: "api" });
  const ada = await makePerson(db);
  const orphan = await db.system((tx) => jobs.enqueue(tx, job, { name: "orphan" }, ada));
  await db.system((tx) => jobs.enqueue(tx, job, { name: "other" }, nobody));
  await db.pool.query("DELETE FROM kernel.workspaces");
  await openServer(url, [job]);
  await until("the orphan is gone", async () => (await stateOf(db, orphan)) === undefined);
  await until("the other ran", () => seen.length > 0);
  expect(seen).toEqual(["other"]);
});

it("a job that this version does not know is left for a server that does", async () => {
  const seen: string[] = [];
  const job = defineJob({
    name: "test.newer",
    payload: z.object({}),
    backoff: quickly,
    handler: async () => void seen.push("ran"),
  });
  const { db, jobs, url, stop } = await openAlone([]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  const other = await openServer(url, [], { role: "api" });
  await until("the old server refused it", async () => {
    const { errors } = await other.db.system((tx) => readJob(tx, {}, jobId));
    return errors[0]?.message === "This server does not know the job test.newer.";
  });
  await stop();
  await openServer(url, [job]);
  await until("it ran", () => seen.length > 0);
  expect(seen).toEqual(["ran"]);
});

it("a server with the role api leaves jobs to others", async () => {
  const seen: string[] = [];
  const of = (who: string) =>
    defineJob({ name: "test.role", payload: z.object({}), handler: async () => void seen.push(who) });
  const { db, jobs, url } = await openAlone([of("api")], { role: "api" });
  const jobId = await db.system((tx) => jobs.enqueue(tx, of("api"), {}, nobody));
  await sleep(2_500); // longer than a poll
  expect(await stateOf(db, jobId)).toBe("created");
  await openServer(url, [of("worker")], { role: "worker" });
  await until("it ran", () => seen.length === 1);
  expect(seen).toEqual(["worker"]);
});

describe("when the server stops", () => {
  it("running jobs are waited for, and no new one begins", async () => {
    const finish = Promise.withResolvers<void>();
    const ended: string[] = [];
    const job = defineJob({
      name: "test.drain",
      payload: z.object({}),
      handler: async ({ jobId }) => {
        await finish.promise;
        ended.push(jobId);
      },
    });
    const { db, jobs, url } = await openAlone([job], { slots: { high: 1, normal: 1, low: 1 } });
    const watcher = await openServer(url, [], { role: "api" });
    const first = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
    await until("it runs", () => jobs.running() === 1);
    const second = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
    const stopping = jobs.stop(10_000);
    finish.resolve();
    await stopping;
    expect(ended).toEqual([first]);
    expect(await stateOf(watcher.db, first)).toBe("completed");
    expect(await stateOf(watcher.db, second)).toBe("created");
  });

  it("a job that takes too long is interrupted and goes on elsewhere", async () => {
    const job = defineJob({
      name: "test.interrupted",
      payload: z.object({}),
      backoff: quickly,
      handler: async ({ signal, attempt }) => {
        if (attempt === 1) await sleep(60_000, undefined, { signal });
      },
    });
    const { db, jobs, url } = await openAlone([job]);
    const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
    await until("it runs", () => jobs.running() === 1);
    await jobs.stop(100);
    const second = await openServer(url, [job]);
    await until("it is done", async () => (await stateOf(second.db, jobId)) === "completed");
    const done = await second.db.system((tx) => readJob(tx, {}, jobId));
    expect(done.errors).toMatchObject([{ attempt: 1, message: "The server stopped before it was done." }]);
  });
});

it("a job that was waiting is worked although its notification was lost", async () => {
  const seen: string[] = [];
  const job = defineJob({ name: "test.lost", payload: z.object({}), handler: async () => void seen.push("ran") });
  const { db, jobs } = await openAlone([job]);
  await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("it ran", () => seen.length === 1);
  await db.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mindmesh-listen' AND datname = current_database()",
  );
  await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("the second ran", () => seen.length > 1);
  expect(seen).toEqual(["ran", "ran"]);
});

it("a job that runs while every connection to the database is cut is done once, and work goes on", async () => {
  const finish = Promise.withResolvers<void>();
  const seen: number[] = [];
  const job = defineJob({
    name: "test.cut",
    payload: z.object({}),
    handler: async ({ attempt }) => {
      seen.push(attempt);
      await finish.promise;
    },
  });
  const { db, jobs } = await openAlone([job]);
  const first = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("it runs", () => seen.length === 1);
  await db.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  finish.resolve();
  await until("it is done", async () => (await stateOf(db, first)) === "completed");
  const second = await db.system((tx) => jobs.enqueue(tx, job, {}, nobody));
  await until("the next is done", async () => (await stateOf(db, second)) === "completed");
  expect(seen).toEqual([1, 1]);
});
