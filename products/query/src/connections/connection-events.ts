import type { Transaction } from "@mindmesh/kernel/db";
import { emitEvent } from "@mindmesh/kernel/realtime";

/** Logs that a connection or its schema is another one now; who may see what is asked when a page loads it. */
export async function emitConnectionEvent(
  tx: Transaction,
  type: "query.connections.changed" | "query.schema.changed",
  connection: { workspaceId: string; id: string },
  actorId?: string | null,
): Promise<void> {
  const { workspaceId, id: connectionId } = connection;
  await emitEvent(tx, { workspaceId, type, payload: { connectionId }, actorId });
}
