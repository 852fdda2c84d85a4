import { lt } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { notifications } from "./schema.ts";

const keptDays = 90;

/** Forgets notifications after 90 days, read or not. */
export function notificationJobs(db: Database): Job[] {
  const prune = defineJob({
    name: "notifications.prune",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "47 3 * * *", payload: {} },
    handler: async () => {
      const before = new Date(Date.now() - keptDays * 86_400_000).toISOString();
      await db.system((tx) => tx.delete(notifications).where(lt(notifications.createdAt, before)));
    },
  });
  return [prune];
}
