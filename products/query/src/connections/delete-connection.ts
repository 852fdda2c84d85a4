import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import { discardFile } from "@mindmesh/kernel/storage";
import { and, eq } from "drizzle-orm";
import { stopReading } from "../catalog/cancel-reading.ts";
import { connections } from "../schema.ts";
import { lockConnection } from "./change-connection.ts";
import { emitConnectionEvent } from "./connection-events.ts";

/** Deletes a connection with everything that is kept of it, its files too. @throws AppError not_allowed, not_found */
export async function deleteConnection(
  { db, jobs }: { db: Database; jobs: Pick<Jobs, "cancel"> },
  caller: MemberCaller,
  actor: Actor,
  connectionId: string,
): Promise<void> {
  requireRight(caller, "query.manage");
  const { workspaceId, personId } = caller;
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await lockConnection(tx, workspaceId, connectionId);
    await stopReading(jobs, tx, row, personId);
    for (const { fileId } of row.files) await discardFile(tx, { workspaceId, id: fileId });
    await tx.delete(connections).where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, connectionId)));
    await audit(tx, actor, {
      workspaceId,
      action: "connection.deleted",
      target: { kind: "connection", id: connectionId },
      details: { engine: row.engine, host: row.network?.host ?? null },
    });
    await emitConnectionEvent(tx, "query.connections.changed", row, personId);
  });
}
