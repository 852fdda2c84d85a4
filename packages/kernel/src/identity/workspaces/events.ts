import type { workspaceEvents } from "@mindmesh/contracts/workspaces";
import type { z } from "zod";
import type { Transaction } from "../../db/index.ts";
import { emitEvent } from "../../realtime/index.ts";

/** Logs an event that every member of the workspace sees. Call it last in the transaction. */
export async function emitWorkspaceEvent<T extends keyof typeof workspaceEvents>(
  tx: Transaction,
  workspaceId: string,
  type: T,
  payload: z.input<(typeof workspaceEvents)[T]>,
  actorId: string | null,
): Promise<void> {
  await emitEvent(tx, { workspaceId, type, payload, actorId });
}
