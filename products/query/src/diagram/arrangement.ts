import type { DiagramArrangement } from "@mindmesh/contracts/query/diagram";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { findConnection } from "../connections/find-connection.ts";
import { diagramArrangements } from "./schema.ts";

/** Where the caller has put tables of a connection, and which they have hidden. */
export function readArrangement(db: Database, caller: MemberCaller, connectionId: string): Promise<DiagramArrangement> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const [row] = await tx
      .select({ positions: diagramArrangements.positions, hidden: diagramArrangements.hidden })
      .from(diagramArrangements)
      .where(
        and(
          eq(diagramArrangements.workspaceId, caller.workspaceId),
          eq(diagramArrangements.connectionId, connectionId),
          eq(diagramArrangements.personId, caller.personId),
        ),
      );
    return row ?? { positions: {}, hidden: [] };
  });
}

/** Keeps them; what was kept before goes. */
export async function saveArrangement(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  arrangement: DiagramArrangement,
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const kept = { ...arrangement, updatedAt: new Date().toISOString() };
    await tx
      .insert(diagramArrangements)
      .values({ workspaceId: caller.workspaceId, connectionId, personId: caller.personId, ...kept })
      .onConflictDoUpdate({
        target: [diagramArrangements.workspaceId, diagramArrangements.connectionId, diagramArrangements.personId],
        set: kept,
      });
  });
}
