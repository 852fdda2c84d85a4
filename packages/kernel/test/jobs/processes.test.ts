import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished, vi } from "vitest";
import { readJob } from "../../src/jobs/read-jobs.ts";
import { openAlone, openServer, until } from "./jobs-under-test.ts";
import { createRuns, recordedJobs, recordedSpec } from "./recorded-jobs.ts";

// Processes take seconds to start on a busy machine, and a dead one is noticed after half a minute.
vi.setConfig({ testTimeout: 120_000 });

async function startWorker(url: string): Promise<ChildProcess> {
  const child = fork(new URL("worker-process.ts", import.meta.url), [url], { execArgv: [] });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });
  await once(child, "message");
  return child;
}

it("two worker processes share 120 jobs and run each exactly once", async () => {
  const { db, jobs, url } = await openAlone([], { role: "api" });
  await createRuns(db);
  await Promise.all([startWorker(url), startWorker(url)]);
  const jobIds = await Promise.all(
    Array.from({ length: 120 }, () =>
      db.system((tx) => jobs.enqueue(tx, recordedSpec, { milliseconds: 20 }, { workspaceId: null })),
    ),
  );
  await until("all are done", async () => {
    const { rows } = await db.pool.query("SELECT count(*)::int AS left FROM pgboss.job WHERE state < 'completed'");
    return rows[0].left === 0;
  });
  const { rows } = await db.pool.query<{ runs: number; jobs: number; workers: number; ended: number }>(
    `SELECT count(*)::int AS runs, count(DISTINCT job_id)::int AS jobs, count(DISTINCT worker)::int AS workers,
            count(ended_at)::int AS ended FROM runs`,
  );
  expect(rows).toEqual([{ runs: jobIds.length, jobs: jobIds.length, workers: 2, ended: jobIds.length }]);
});

it("jobs of a worker killed with -9 are finished by another one, and say why they ran twice", async () => {
  const { db, jobs, url } = await openAlone([], { role: "api" });
  await createRuns(db);
  const victim = await startWorker(url);
  const jobIds = await Promise.all(
    Array.from({ length: 5 }, () =>
      db.system((tx) => jobs.enqueue(tx, recordedSpec, { milliseconds: 60_000 }, { workspaceId: null })),
    ),
  );
  const begun = async (attempt: number) =>
    (await db.pool.query("SELECT count(*)::int AS n FROM runs WHERE attempt = $1", [attempt])).rows[0].n;
  await until("the victim runs them", async () => (await begun(1)) === 5);
  victim.kill("SIGKILL");
  await once(victim, "exit");
  await startWorker(url);
  await until("another one runs them", async () => (await begun(2)) === 5, 60_000);
  const { rows } = await db.pool.query("SELECT DISTINCT attempt, worker = $1 AS by_victim FROM runs ORDER BY 1", [
    victim.pid,
  ]);
  expect(rows).toEqual([
    { attempt: 1, by_victim: true },
    { attempt: 2, by_victim: false },
  ]);
  const job = await db.system((tx) => readJob(tx, {}, jobIds[0] ?? ""));
  expect(job).toMatchObject({
    state: "running",
    attempts: 2,
    errors: [{ attempt: 1, message: "The server that ran it stopped before it was done." }],
  });
});

it("a server that is alone on its database goes on at once with what a killed process left", async () => {
  const { db, jobs, url } = await openAlone([], { role: "api" });
  await createRuns(db);
  const victim = await startWorker(url);
  await db.system((tx) => jobs.enqueue(tx, recordedSpec, { milliseconds: 60_000 }, { workspaceId: null }));
  await until("the victim runs it", async () => {
    const { rowCount } = await db.pool.query("SELECT 1 FROM runs");
    return rowCount === 1;
  });
  victim.kill("SIGKILL");
  await once(victim, "exit");
  const again = await openServer(url, recordedJobs(db, process.pid), { alone: true });
  // The heartbeat of the dead process lapses after twenty seconds; this is sooner.
  await until("it runs again", () => again.jobs.running() === 1, 15_000);
  const { rows } = await db.pool.query("SELECT attempt, worker FROM runs ORDER BY attempt");
  expect(rows).toEqual([
    { attempt: 1, worker: victim.pid },
    { attempt: 2, worker: process.pid },
  ]);
});

it("a schedule that comes due runs once although two workers keep it", async () => {
  const { db, url } = await openAlone([], { role: "api" });
  await createRuns(db);
  // As if no server had run at four in the last three nights.
  await db.pool.query(
    `INSERT INTO kernel.job_schedules (name, cron, timezone, payload, next_run_at)
     VALUES ('test.nightly', '0 4 * * *', 'UTC', '{}', now() - interval '3 days')`,
  );
  await Promise.all([startWorker(url), startWorker(url)]);
  const nightly = async () => (await db.pool.query("SELECT job_id FROM runs WHERE name = 'nightly'")).rows;
  await until("it ran", async () => (await nightly()).length > 0);
  const { rows } = await db.pool.query(
    `SELECT s.last_job_id, s.next_run_at > now() AS later, (SELECT count(*)::int FROM kernel.jobs j WHERE j.name = s.name) AS jobs
     FROM kernel.job_schedules s WHERE s.name = 'test.nightly'`,
  );
  expect(rows).toEqual([{ last_job_id: (await nightly())[0].job_id, later: true, jobs: 1 }]);
});
