import type { Database } from "@mindmesh/kernel/db";
import { type Jobs, defineJob } from "@mindmesh/kernel/jobs";
import { asc, sql } from "drizzle-orm";
import { z } from "zod";
import { sweepLooseFiles } from "../connections/data-files.ts";
import { connections } from "../schema.ts";
import { startReading } from "./start-reading.ts";

const day = 24 * 3_600_000;
/** So many in one hour: a thousand connections must not be opened at once. */
const atOnce = 50;

/** Once an hour: schemas that were read more than a day ago are read anew, uploads that nobody uses go. */
export function tendJob({ db, jobs }: { db: Database; jobs: Pick<Jobs, "enqueue" | "cancel"> }) {
  return defineJob({
    name: "query.tend",
    payload: z.object({}),
    queue: "low",
    maxAttempts: 1,
    schedule: { cron: "17 * * * *", payload: {} },
    handler: async () => {
      await sweepLooseFiles(db);
      await readOldSchemas({ db, jobs });
    },
  });
}

/** Begins to read the schemas that are older than a day, oldest first. @returns how many */
export async function readOldSchemas(
  { db, jobs }: { db: Database; jobs: Pick<Jobs, "enqueue" | "cancel"> },
  now = new Date(),
): Promise<number> {
  const old = await db.system((tx) =>
    tx
      .select()
      .from(connections)
      // Tried within the day counts too: a database that is gone is not asked every hour.
      .where(
        sql`NOT EXISTS (SELECT FROM query.readings r WHERE r.workspace_id = ${connections.workspaceId}
              AND r.connection_id = ${connections.id} AND r.created_at > ${new Date(now.getTime() - day).toISOString()})`,
      )
      .orderBy(asc(connections.ingestedAt))
      .limit(atOnce),
  );
  for (const row of old) {
    await db.withWorkspace({ workspaceId: row.workspaceId }, (tx) =>
      startReading({ db, jobs }, tx, row, { cause: "schedule", personId: null }),
    );
  }
  return old.length;
}
