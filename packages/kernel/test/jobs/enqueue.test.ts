import { expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "../../src/jobs/index.ts";
import { makePerson, openAlone, openServer, stateOf, until } from "./jobs-under-test.ts";

const note = (seen: string[]) =>
  defineJob({
    name: "test.note",
    payload: z.object({ text: z.string() }),
    handler: async ({ payload }) => void seen.push(payload.text),
  });

async function jobCount(db: { pool: { query(text: string): Promise<{ rows: { count: number }[] }> } }) {
  const { rows } = await db.pool.query(
    "SELECT ((SELECT count(*) FROM kernel.jobs) + (SELECT count(*) FROM pgboss.job))::int AS count",
  );
  return rows[0]?.count;
}

it("a job begun with data that is rolled back never existed", async () => {
  const seen: string[] = [];
  const { db, jobs } = await openAlone([note(seen)]);
  const { workspaceId, userId } = await makePerson(db);
  const failing = db.withWorkspace({ workspaceId, userId }, async (tx) => {
    await jobs.enqueue(tx, note(seen), { text: "lost" }, { workspaceId, userId });
    throw new Error("the data could not be written");
  });
  await expect(failing).rejects.toThrow("the data could not be written");
  expect(await jobCount(db)).toBe(0);

  await db.system((tx) => jobs.enqueue(tx, note(seen), { text: "kept" }, { workspaceId }));
  await until("the second job ran", () => seen.length > 0);
  expect(seen).toEqual(["kept"]);
});

it("a job starts only after the transaction that made it has been committed", async () => {
  const seen: string[] = [];
  const { db, jobs } = await openAlone([note(seen)]);
  await db.system(async (tx) => {
    const hidden = await jobs.enqueue(tx, note(seen), { text: "first" }, { workspaceId: null });
    const visible = await db.system((other) =>
      jobs.enqueue(other, note(seen), { text: "second" }, { workspaceId: null }),
    );
    await until("the committed job ran", async () => (await stateOf(db, visible)) === "completed");
    expect(await stateOf(db, hidden)).toBeUndefined();
  });
  await until("both ran", () => seen.length === 2);
  expect(seen).toEqual(["second", "first"]);
});

it("a transaction limited to a workspace is still limited to it after enqueuing", async () => {
  const { db, jobs } = await openAlone([], { role: "api" });
  const { workspaceId, userId } = await makePerson(db);
  await db.withWorkspace({ workspaceId, userId }, async (tx) => {
    await jobs.enqueue(tx, note([]), { text: "" }, { workspaceId, userId });
    const { rows } = await tx.client.query("SELECT current_user AS role, current_setting('app.workspace_id') AS id");
    expect(rows).toEqual([{ role: "mindmesh_app", id: workspaceId }]);
  });
});

it("a transaction of one workspace cannot enqueue for another, and stays limited after trying", async () => {
  const { db, jobs } = await openAlone([], { role: "api" });
  const mine = await makePerson(db);
  const theirs = await makePerson(db, "Eve");
  await db.withWorkspace(mine, async (tx) => {
    const trying = jobs.enqueue(tx, note([]), { text: "" }, { workspaceId: theirs.workspaceId });
    await expect(trying).rejects.toThrow("another");
    const { rows } = await tx.client.query("SELECT current_user AS role");
    expect(rows).toEqual([{ role: "mindmesh_app" }]);
  });
  expect(await jobCount(db)).toBe(0);
});

it("the queue's tables are closed to a transaction of a workspace", async () => {
  const { db } = await openAlone([], { role: "api" });
  const mine = await makePerson(db);
  for (const table of ["kernel.jobs", "kernel.job_schedules", "pgboss.job"]) {
    const reading = db.withWorkspace(mine, (tx) => tx.client.query(`SELECT * FROM ${table}`));
    await expect(reading).rejects.toThrow("permission denied");
  }
});

it("a payload that the job does not take is refused at once", async () => {
  const { db, jobs } = await openAlone([], { role: "api" });
  const enqueuing = db.system((tx) =>
    jobs.enqueue(tx, note([]), { text: 7 as unknown as string }, { workspaceId: null }),
  );
  await expect(enqueuing).rejects.toThrow(z.ZodError);
  expect(await jobCount(db)).toBe(0);
});

it("while a job with a key waits, enqueuing it again gives the same job, per workspace", async () => {
  const { db, jobs } = await openAlone([], { role: "api" });
  const mine = await makePerson(db);
  const theirs = await makePerson(db, "Eve");
  const enqueue = (workspaceId: string, key?: string) =>
    db.system((tx) => jobs.enqueue(tx, note([]), { text: "" }, { workspaceId, ...(key && { key }) }));
  const first = await enqueue(mine.workspaceId, "index");
  expect(await enqueue(mine.workspaceId, "index")).toBe(first);
  const others = [
    await enqueue(mine.workspaceId, "other"),
    await enqueue(theirs.workspaceId, "index"),
    await enqueue(mine.workspaceId),
    await enqueue(mine.workspaceId),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
});

it("a waiting job with a key sees what a transaction that enqueued it again has written", async () => {
  const { db, jobs, url } = await openAlone([], { role: "api" });
  await db.pool.query("CREATE TABLE thing (value int)");
  await db.pool.query("INSERT INTO thing VALUES (1)");
  const seen: number[] = [];
  const index = defineJob({
    name: "test.index",
    payload: z.object({}),
    handler: async () => {
      seen.push((await db.pool.query<{ value: number }>("SELECT value FROM thing")).rows[0]?.value ?? 0);
    },
  });
  const enqueue = { workspaceId: null, key: "index" };
  await db.system((tx) => jobs.enqueue(tx, index, {}, enqueue));
  await db.system(async (tx) => {
    await tx.client.query("UPDATE thing SET value = 2");
    await jobs.enqueue(tx, index, {}, enqueue);
    // A worker comes up while the change is not yet committed, and has time to take what it can.
    const worker = await openServer(url, [index]);
    const other = await db.system((otherTx) => jobs.enqueue(otherTx, index, {}, { workspaceId: null }));
    await until("the worker works", async () => (await stateOf(worker.db, other)) === "completed");
    expect(seen).toEqual([1]);
  });
  await until("the job with the key ran", () => seen.length === 2);
  expect(seen).toEqual([1, 2]);
});

it("more transactions than connections can enqueue at once, on a server that has just started", async () => {
  const { db, jobs } = await openAlone([], { role: "api" });
  const enqueuing = Array.from({ length: 60 }, () =>
    db.system((tx) => jobs.enqueue(tx, note([]), { text: "" }, { workspaceId: null })),
  );
  expect(new Set(await Promise.all(enqueuing)).size).toBe(60);
});

it("a job for later waits for its moment", async () => {
  const seen: string[] = [];
  const { db, jobs } = await openAlone([note(seen)]);
  const enqueue = (text: string, runAt?: Date) =>
    db.system((tx) => jobs.enqueue(tx, note(seen), { text }, { workspaceId: null, ...(runAt && { runAt }) }));
  await enqueue("in a second", new Date(Date.now() + 1_000));
  const tomorrow = await enqueue("tomorrow", new Date(Date.now() + 86_400_000));
  await enqueue("now");
  await until("the delayed job ran", () => seen.length === 2);
  expect(seen).toEqual(["now", "in a second"]);
  expect(await stateOf(db, tomorrow)).toBe("created");
});
