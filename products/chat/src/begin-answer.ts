import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { emitChatEvent } from "./events.ts";
import { type ConversationRow, type MessageRow, conversations, messages } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

const noModel =
  "No model is configured. Add a key under Settings, set one on the server, or start Ollama; then try again.";

/**
 * Adds the row of an answer below a question and shows its branch. Without a model the answer is there at once as
 * failed, so that it can be tried again when a model exists.
 */
export async function beginAnswer(
  tx: Transaction,
  caller: MemberCaller,
  conversation: ConversationRow,
  question: MessageRow,
  model: string | null,
  serverId: string,
): Promise<{ conversation: ConversationRow; answer: MessageRow }> {
  const now = new Date().toISOString();
  const [answer] = await tx
    .insert(messages)
    .values({
      workspaceId: caller.workspaceId,
      id: uuidv7(),
      conversationId: conversation.id,
      parentId: question.id,
      role: "assistant",
      text: "",
      status: model === null ? "failed" : "streaming",
      error: model === null ? noModel : null,
      model,
      serverId: model === null ? null : serverId,
      createdAt: now,
      finishedAt: model === null ? now : null,
    })
    .returning();
  if (!answer) throw new AppError("internal");
  const [changed] = await tx
    .update(conversations)
    .set({
      currentMessageId: answer.id,
      updatedAt: now,
      title: conversation.title,
      model: model ?? conversation.model,
      streamingCount: conversation.streamingCount + (model === null ? 0 : 1),
    })
    .where(and(eq(conversations.workspaceId, caller.workspaceId), eq(conversations.id, conversation.id)))
    .returning();
  if (!changed) throw new AppError("internal");
  await emitChatEvent(
    tx,
    changed,
    "chat.conversation.changed",
    { conversation: conversationShape(changed) },
    caller.personId,
  );
  await emitChatEvent(
    tx,
    changed,
    "chat.message.changed",
    { conversationId: changed.id, messageId: answer.id, parentId: question.id, status: answer.status },
    caller.personId,
  );
  return { conversation: changed, answer };
}
