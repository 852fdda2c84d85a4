import type { chatEvents } from "@mindmesh/contracts/chat";
import type { runEvents } from "@mindmesh/contracts/runs";
import type { Transaction } from "@mindmesh/kernel/db";
import { emitEvent } from "@mindmesh/kernel/realtime";
import type { z } from "zod";
import type { ConversationRow } from "./schema.ts";

type Events = typeof chatEvents & typeof runEvents;

/** Logs an event of Chat for everybody who may see the conversation. */
export async function emitChatEvent<T extends keyof Events>(
  tx: Transaction,
  conversation: Pick<ConversationRow, "workspaceId" | "ownerId" | "shared">,
  type: T,
  payload: z.input<Events[T]>,
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
