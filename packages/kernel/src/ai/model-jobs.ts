import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { forgetOldAnswers } from "./cache/answer-store.ts";
import { sweepLostCalls } from "./model-calls.ts";
import { releaseDeadReservations } from "./money/lease-statements.ts";

/**
 * What the server does by itself about models: closing the records of calls whose server died, and giving back
 * what they had reserved of budgets; forgetting answers that are no longer given again.
 */
export function modelJobs(db: Database): Job[] {
  const sweep = defineJob({
    name: "models.sweep",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "*/10 * * * *", payload: {} },
    handler: async () => {
      await releaseDeadReservations(db);
      await forgetOldAnswers(db);
      return sweepLostCalls(db);
    },
  });
  return [sweep];
}
