import { isNotNull, lt, and } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { toolCalls } from "./schema.ts";

/** How long the record of a call with its arguments is kept; the audit log keeps that it was made. */
const keptDays = 90;

/** Forgets calls that ended long ago. Returns how many. */
export async function pruneToolCalls(db: Database, now = Date.now()): Promise<number> {
  const before = new Date(now - keptDays * 86_400_000).toISOString();
  const gone = await db.system((tx) =>
    tx.delete(toolCalls).where(and(isNotNull(toolCalls.finishedAt), lt(toolCalls.finishedAt, before))),
  );
  return gone.rowCount ?? 0;
}

/** What the server does by itself about tool calls. */
export function toolJobs(db: Database): Job[] {
  const prune = defineJob({
    name: "tools.prune",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "41 3 * * *", payload: {} },
    handler: () => pruneToolCalls(db),
  });
  return [prune];
}
