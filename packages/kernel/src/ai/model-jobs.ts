import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { sweepLostCalls } from "./model-calls.ts";

/** What the server does by itself about models: closing the records of calls whose server died. */
export function modelJobs(db: Database): Job[] {
  const sweep = defineJob({
    name: "models.sweep",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "23 * * * *", payload: {} },
    handler: () => sweepLostCalls(db),
  });
  return [sweep];
}
