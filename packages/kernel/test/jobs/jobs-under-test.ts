import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "@mindmesh/test-support";
import { v7 as newId } from "uuid";
import { onTestFinished } from "vitest";
import { openDatabase, type Database } from "../../src/db/index.ts";
import { type Job, type Jobs, type JobsDependencies, openJobs } from "../../src/jobs/index.ts";
import { openNotifications } from "../../src/realtime/index.ts";

export interface ServerUnderTest {
  db: Database;
  jobs: Jobs;
  /** What the server logged as errors. */
  errors: unknown[];
  stop(): Promise<void>;
}

/** The jobs part of one server on the database, with connections of its own; stopped when the test ends. */
export async function openServer(
  url: string,
  definitions: Job[] = [],
  settings: Partial<Pick<JobsDependencies, "role" | "slots" | "alone">> = {},
): Promise<ServerUnderTest> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const db = openDatabase({ url, onConnectionError: onError });
  const notifications = await openNotifications(url, onError);
  const jobs = await openJobs({ db, notifications, role: "worker", onError, ...settings });
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= (async () => {
      await jobs.stop(0);
      await notifications.close();
      await db.close();
    })());
  onTestFinished(stop);
  await jobs.start(definitions);
  return { db, jobs, errors, stop };
}

/** A migrated database of its own with one server; both go when the test ends. */
export async function openAlone(definitions: Job[] = [], settings: Parameters<typeof openServer>[2] = {}) {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  return { url: database.url, ...(await openServer(database.url, definitions, settings)) };
}

/** A person with a workspace of their own. */
export async function makePerson(db: Database, name = "Ada"): Promise<{ userId: string; workspaceId: string }> {
  const userId = newId();
  const workspaceId = newId();
  await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, $3)", [
    userId,
    `${userId}@example.org`,
    name,
  ]);
  await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, $2)", [workspaceId, name]);
  await db.pool.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'owner')", [
    workspaceId,
    userId,
  ]);
  return { userId, workspaceId };
}

/** Waits for something that must come; the limit (milliseconds) only ends a test that has failed. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, limit = 25_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

export const stateOf = async (db: Database, jobId: string): Promise<string | undefined> => {
  const { rows } = await db.pool.query<{ state: string }>("SELECT state FROM pgboss.job WHERE id = $1", [jobId]);
  return rows[0]?.state;
};
