import type { MessageStatus } from "@mindmesh/contracts/chat";
import { type Database, type Transaction, storableText } from "@mindmesh/kernel/db";
import { and, eq, sql } from "drizzle-orm";
import { closeCalls } from "./answer-calls.ts";
import type { AnswerSpent } from "./answer-spent.ts";
import { emitChatEvent } from "./events.ts";
import { conversationShape } from "./shapes.ts";
import { answerChunks, conversations, messages } from "./schema.ts";

export interface AnswerEnd {
  status: Exclude<MessageStatus, "streaming">;
  error: string | null;
}

interface Place {
  workspaceId: string;
  conversationId: string;
  messageId: string;
}

/** Folds the stored parts into the message and closes it. Does nothing when somebody else has closed it already. */
export function finishAnswer(
  db: Database,
  place: Place,
  text: { text: string; reasoning: string },
  end: AnswerEnd,
  spent: AnswerSpent | null,
): Promise<void> {
  return db.withWorkspace(place, (tx) => closeAnswer(tx, place, text, end, spent));
}

/** The same within a transaction that the caller holds. */
export async function closeAnswer(
  tx: Transaction,
  place: Place,
  text: { text: string; reasoning: string },
  end: AnswerEnd,
  spent: AnswerSpent | null,
): Promise<void> {
  const { workspaceId, conversationId, messageId } = place;
  const now = new Date().toISOString();
  const [closed] = await tx
    .update(messages)
    .set({
      text: text.text,
      reasoning: text.reasoning,
      status: end.status,
      // It may hold a provider's own words.
      error: end.error && storableText(end.error),
      serverId: null,
      finishedAt: now,
      ...spent,
    })
    .where(and(eq(messages.workspaceId, workspaceId), eq(messages.id, messageId), eq(messages.status, "streaming")))
    .returning({ parentId: messages.parentId });
  if (!closed) return;
  await closeCalls(tx, workspaceId, messageId);
  await tx
    .delete(answerChunks)
    .where(and(eq(answerChunks.workspaceId, workspaceId), eq(answerChunks.messageId, messageId)));
  const [conversation] = await tx
    .update(conversations)
    .set({ updatedAt: now, streamingCount: sql`greatest(${conversations.streamingCount} - 1, 0)` })
    .where(and(eq(conversations.workspaceId, workspaceId), eq(conversations.id, conversationId)))
    .returning();
  if (!conversation) return;
  await emitChatEvent(tx, conversation, "chat.conversation.changed", { conversation: conversationShape(conversation) });
  await emitChatEvent(tx, conversation, "chat.message.changed", {
    conversationId,
    messageId,
    parentId: closed.parentId,
    status: end.status,
  });
}
