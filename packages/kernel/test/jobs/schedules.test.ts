import { expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "../../src/jobs/index.ts";
import { listSchedules, runDueSchedules, runScheduleNow } from "../../src/jobs/schedules.ts";
import { openAlone, openServer, until } from "./jobs-under-test.ts";

function nightly(seen: string[], cron = "30 2 * * *", timezone?: string) {
  return defineJob({
    name: "test.nightly",
    payload: z.object({ what: z.string() }),
    schedule: { cron, payload: { what: "all" }, ...(timezone && { timezone }) },
    handler: async ({ payload }) => void seen.push(payload.what),
  });
}

const only = async (server: Parameters<typeof listSchedules>[0], name = "test.nightly") =>
  (await listSchedules(server)).find((schedule) => schedule.name === name);

it("a schedule shows when it runs next, in its own time zone", async () => {
  const { jobs } = await openAlone([nightly([], "30 2 * * *", "Asia/Tokyo")]);
  const schedule = await only(jobs.context);
  expect(schedule).toMatchObject({ cron: "30 2 * * *", timezone: "Asia/Tokyo", lastRunAt: null, lastJobId: null });
  const next = new Date(schedule?.nextRunAt ?? 0);
  expect([next.getUTCHours(), next.getUTCMinutes()]).toEqual([17, 30]);
  expect(next.getTime()).toBeGreaterThan(Date.now());
});

it("ten servers that look at the same moment start a due job once", async () => {
  const { db, jobs } = await openAlone([]);
  // Due, but kept by nobody's timer: the definitions come after the start.
  const job = nightly([]);
  jobs.context.definitions.set(job.name, job);
  await db.pool.query(
    `INSERT INTO kernel.job_schedules (name, cron, timezone, payload, next_run_at)
     VALUES ('test.nightly', '30 2 * * *', 'UTC', '{"what":"all"}', now() - interval '1 minute')`,
  );
  await Promise.all(Array.from({ length: 10 }, () => runDueSchedules(jobs.context)));
  const { rows } = await db.pool.query("SELECT count(*)::int AS made FROM kernel.jobs WHERE name = 'test.nightly'");
  expect(rows).toEqual([{ made: 1 }]);
});

it("running a schedule now starts its job and leaves the next run where it was", async () => {
  const seen: string[] = [];
  const { jobs } = await openAlone([nightly(seen)]);
  const before = await only(jobs.context);
  const jobId = await runScheduleNow(jobs.context, "test.nightly");
  await until("it ran", () => seen.length === 1);
  const after = await only(jobs.context);
  expect(after).toMatchObject({ nextRunAt: before?.nextRunAt, lastJobId: jobId });
  expect(after?.lastRunAt).not.toBeNull();
  expect(seen).toEqual(["all"]);
});

it("a name that is not scheduled cannot be run", async () => {
  const { jobs } = await openAlone([nightly([])]);
  await expect(runScheduleNow(jobs.context, "test.unknown")).rejects.toMatchObject({ code: "not_found" });
});

it("a new version changes the times of a schedule and removes one that it no longer has", async () => {
  const first = await openAlone([nightly([])]);
  await first.db.pool.query("UPDATE kernel.job_schedules SET next_run_at = '2100-01-01' WHERE name = 'test.nightly'");
  const same = await openServer(first.url, [nightly([])]);
  expect((await only(same.jobs.context))?.nextRunAt).toBe("2100-01-01T00:00:00.000Z");
  const changed = await openServer(first.url, [nightly([], "0 5 * * 1")]);
  const schedule = await only(changed.jobs.context);
  expect(schedule?.cron).toBe("0 5 * * 1");
  expect(new Date(schedule?.nextRunAt ?? 0).getUTCDay()).toBe(1);
  const without = await openServer(first.url, []);
  expect((await listSchedules(without.jobs.context)).map(({ name }) => name)).toEqual(["jobs.purge"]);
});

it.each([
  ["61 * * * *", "UTC", '"61 * * * *" in UTC is not right'],
  ["every day", "UTC", '"every day" in UTC is not right'],
  ["0 4 * * *", "Mars/Olympus", "in Mars/Olympus is not right"],
  ["0 0 30 2 *", "UTC", "is not right"],
])("a server with the schedule %s in %s does not start, and says why", async (cron, timezone, why) => {
  const { url } = await openAlone([]);
  await expect(openServer(url, [nightly([], cron, timezone)])).rejects.toThrow(why);
});
