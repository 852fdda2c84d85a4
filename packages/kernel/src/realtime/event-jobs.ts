import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { pruneEvents } from "./event-log.ts";

/** Days that the log of events reaches back: who was away longer loads the data anew. */
const keptDays = 30;

/** What the server does by itself about the log of events. */
export function eventJobs(db: Database): Job[] {
  const prune = defineJob({
    name: "events.prune",
    payload: z.object({}),
    queue: "low",
    timeoutSeconds: 3600,
    schedule: { cron: "53 3 * * *", payload: {} },
    handler: ({ signal }) => pruneEvents(db, keptDays, signal),
  });
  return [prune];
}
