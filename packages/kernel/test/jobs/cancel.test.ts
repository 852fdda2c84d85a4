import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "../../src/jobs/index.ts";
import { readJob } from "../../src/jobs/read-jobs.ts";
import { makePerson, openAlone, openServer, until } from "./jobs-under-test.ts";

function waiter() {
  const seen: string[] = [];
  const job = defineJob({
    name: "test.wait",
    payload: z.object({}),
    maxAttempts: 3,
    handler: async ({ signal }) => {
      seen.push("started");
      await sleep(60_000, undefined, { signal }).catch((error: unknown) => {
        seen.push((signal.reason as Error).message);
        throw error;
      });
    },
  });
  return { seen, job };
}

it("a job cancelled while it waits never runs", async () => {
  const { seen, job } = waiter();
  const { db, jobs, url } = await openAlone([], { role: "api" });
  const ada = await makePerson(db);
  const jobId = await db.withWorkspace(ada, (tx) => jobs.enqueue(tx, job, {}, ada));
  const cancelled = await db.withWorkspace(ada, (tx) => jobs.cancel(tx, jobId, ada.userId));
  expect(cancelled).toMatchObject({ state: "cancelled", cancelledBy: ada.userId, attempts: 0 });
  const worker = await openServer(url, [job]);
  const other = await worker.db.system((tx) => worker.jobs.enqueue(tx, job, {}, ada));
  await until("the worker works", () => seen.length > 0);
  expect(seen).toEqual(["started"]);
  expect(await db.system((tx) => readJob(tx, {}, other))).toMatchObject({ state: "running" });
});

it("a running job is told to stop by a cancellation on another server, and is not tried again", async () => {
  const { seen, job } = waiter();
  const front = await openAlone([job], { role: "api" });
  const worker = await openServer(front.url, [job]);
  const jobId = await front.db.system((tx) => front.jobs.enqueue(tx, job, {}, { workspaceId: null }));
  await until("it runs", () => seen.length === 1);
  await front.db.system((tx) => front.jobs.cancel(tx, jobId, null));
  await until("it stopped", () => seen.length === 2);
  // By the notification, at once; the renewal of claims, every five seconds, gives another reason.
  expect(seen).toEqual(["started", "It was cancelled."]);
  await until("its slot is free", () => worker.jobs.running() === 0);
  expect(await front.db.system((tx) => readJob(tx, {}, jobId))).toMatchObject({ state: "cancelled", errors: [] });
  expect(worker.errors).toEqual([]);
});

it("a running job is told to stop although the notification was lost", async () => {
  const { seen, job } = waiter();
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, { workspaceId: null }));
  await until("it runs", () => seen.length === 1);
  await jobs.context.boss.cancel("normal", jobId);
  await until("it stopped", () => seen.length === 2);
  expect(seen[1]).toBe("It was cancelled, or another server has taken it over.");
});

it("a cancellation that is rolled back does not stop the job", async () => {
  const { seen, job } = waiter();
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, { workspaceId: null }));
  await until("it runs", () => seen.length === 1);
  const failing = db.system(async (tx) => {
    await jobs.cancel(tx, jobId, null);
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await db.system((tx) => readJob(tx, {}, jobId))).toMatchObject({ state: "running" });
  expect(seen).toEqual(["started"]);
});

it("a workspace cannot cancel the job of another one, nor one of the server", async () => {
  const { job } = waiter();
  const { db, jobs } = await openAlone([], { role: "api" });
  const ada = await makePerson(db);
  const eve = await makePerson(db, "Eve");
  for (const workspaceId of [ada.workspaceId, null]) {
    const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, { workspaceId }));
    const cancelling = db.withWorkspace(eve, (tx) => jobs.cancel(tx, jobId, eve.userId));
    await expect(cancelling).rejects.toMatchObject({ code: "not_found" });
    expect(await db.system((tx) => readJob(tx, {}, jobId))).toMatchObject({ state: "waiting", cancelledBy: null });
  }
});

it("a job that has ended cannot be cancelled", async () => {
  const job = defineJob({ name: "test.short", payload: z.object({}), handler: async () => undefined });
  const { db, jobs } = await openAlone([job]);
  const jobId = await db.system((tx) => jobs.enqueue(tx, job, {}, { workspaceId: null }));
  await until("it is done", async () => (await db.system((tx) => readJob(tx, {}, jobId))).state === "done");
  await expect(db.system((tx) => jobs.cancel(tx, jobId, null))).rejects.toMatchObject({ code: "conflict" });
});
