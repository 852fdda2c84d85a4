import { setTimeout as sleep } from "node:timers/promises";
import { now, type Library } from "./library.ts";

// A worker process of its own, so that it can be killed with -9 and its memory read. It tells the measuring
// process over the IPC channel what it started and when.
const [name = "", databaseUrl, settingsText] = process.argv.slice(2);
// Loads the one that is measured, so that its memory is its own.
const load: Record<string, () => Promise<Library>> = {
  "graphile-worker": async () => (await import("./graphile-worker.ts")).graphileWorker,
  "pg-boss work()": async () => (await import("./pg-boss.ts")).pgBossWork,
  "pg-boss fetch()": async () => (await import("./pg-boss.ts")).pgBossFetch,
  "kernel/jobs": async () => (await import("./kernel-jobs.ts")).kernelJobs,
};
const library = await load[name]?.();
if (!library || !databaseUrl || !settingsText) throw new Error("usage: worker.ts LIBRARY DATABASE_URL SETTINGS");

let handled = 0;
const { quiet, longSeconds, shortMilliseconds, reportAt, ...settings } = JSON.parse(settingsText) as {
  concurrency: number;
  batch: number;
  cron: boolean;
  quiet: boolean;
  reportAt: number;
  longSeconds: number;
  shortMilliseconds: number;
};

const stop = await library.startWorker({
  databaseUrl,
  ...settings,
  async handle(payload, signal) {
    const at = now();
    if (!quiet) process.send?.({ event: "started", payload, at });
    if (payload.kind === "fail") throw new Error("this job always fails");
    if (payload.kind === "long") {
      await sleep(longSeconds * 1000, undefined, { signal }).catch((error: unknown) => {
        process.send?.({ event: "aborted", payload, at: now() });
        throw error;
      });
    } else if (shortMilliseconds > 0) {
      await sleep(shortMilliseconds);
    }
    if (++handled === reportAt) process.send?.({ event: "handled", payload, at: now() });
  },
});

process.on("message", (message) => {
  if (message === "memory") process.send?.({ event: "memory", bytes: process.memoryUsage.rss() });
  if (message === "stop") void stop().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));
process.send?.({ event: "ready" });
