import type { chatEvents } from "@mindmesh/contracts/chat";
import type { Transaction } from "@mindmesh/kernel/db";
import { emitEvent } from "@mindmesh/kernel/realtime";
import type { z } from "zod";
import type { ConversationRow } from "./schema.ts";

/** Logs an event of Chat for everybody who may see the conversation. */
export async function emitChatEvent<T extends keyof typeof chatEvents>(
  tx: Transaction,
  conversation: Pick<ConversationRow, "workspaceId" | "ownerId" | "shared">,
  type: T,
  payload: z.input<(typeof chatEvents)[T]>,
  actorId?: string,
): Promise<void> {
  await emitEvent(tx, {
    workspaceId: conversation.workspaceId,
    type,
    payload,
    actorId,
    audiencePersonId: conversation.shared ? null : conversation.ownerId,
  });
}
