// A worker as a process of its own, so that a test can kill it with -9. Runs of the jobs below are rows of `runs`.
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "../../src/db/index.ts";
import { openJobs } from "../../src/jobs/index.ts";
import { openNotifications } from "../../src/realtime/index.ts";
import { recordedJobs } from "./recorded-jobs.ts";

const [url] = process.argv.slice(2);
if (!url) throw new Error("usage: worker-process.ts DATABASE_URL");
const onError = (error: unknown) => void process.stderr.write(`${String(error)}\\n`);
const db = openDatabase({ url, onConnectionError: onError });
const notifications = await openNotifications(url, onError);
const jobs = await openJobs({ db, notifications, role: "worker", onError });
await jobs.start(recordedJobs(db, process.pid));
process.send?.("ready");
process.on("disconnect", () => process.exit(0));
await sleep(2 ** 30);
