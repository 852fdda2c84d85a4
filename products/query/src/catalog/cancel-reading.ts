import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import { and, eq } from "drizzle-orm";
import { emitConnectionEvent } from "../connections/connection-events.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { ConnectionRow } from "../schema.ts";
import { readings } from "./schema.ts";
import { readingUnderWay } from "./start-reading.ts";

/** Cancels the reading that is under way, if any; gives back whether there was one. */
export async function stopReading(
  jobs: Pick<Jobs, "cancel">,
  tx: Transaction,
  row: Pick<ConnectionRow, "workspaceId" | "id">,
  personId: string,
): Promise<boolean> {
  const current = await readingUnderWay(tx, row);
  if (current === null) return false;
  await tx
    .update(readings)
    .set({ state: "cancelled", progressText: null, finishedAt: new Date().toISOString() })
    .where(
      and(eq(readings.workspaceId, row.workspaceId), eq(readings.connectionId, row.id), eq(readings.id, current.id)),
    );
  if (current.jobId !== null) {
    await jobs.cancel(tx, current.jobId, personId).catch((error: unknown) => {
      // It ended in this very moment, or was deleted by an admin.
      if (!(error instanceof AppError) || !["conflict", "not_found"].includes(error.code)) throw error;
    });
  }
  return true;
}

/** Cancels the reading of a schema. @throws AppError not_allowed, not_found; conflict when none is under way */
export async function cancelReading(
  { db, jobs }: { db: Database; jobs: Pick<Jobs, "cancel"> },
  caller: MemberCaller,
  connectionId: string,
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    if (!(await stopReading(jobs, tx, row, caller.personId))) {
      throw new AppError("conflict", { message: "The schema is not being read at the moment." });
    }
    await emitConnectionEvent(tx, "query.connections.changed", row, caller.personId);
  });
}
