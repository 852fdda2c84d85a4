import type { Message } from "@mindmesh/contracts/chat";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { callsOf } from "./answer-calls.ts";
import { beginAnswer } from "./begin-answer.ts";
import { emitChatEvent } from "./events.ts";
import { findConversation } from "./find-conversation.ts";
import { findMessage } from "./find-message.ts";
import { conversations, messages } from "./schema.ts";
import type { AnswerDependencies } from "./send-message.ts";
import { conversationShape, messageShape } from "./shapes.ts";

/** Answers the question above the given answer again; both stay, as branches. */
export async function retryAnswer(
  { db, runner, ai, serverId }: AnswerDependencies,
  caller: MemberCaller,
  place: { conversationId: string; messageId: string },
  chosenModel: string | undefined,
): Promise<Message> {
  const fallbackModel = await ai.defaultModel(tenantOf(caller));
  const { conversation, answer } = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const found = await findConversation(tx, caller, place.conversationId, "write");
    const old = await findMessage(tx, caller, place.conversationId, place.messageId);
    if (old.role !== "assistant" || old.parentId === null) {
      throw new AppError("bad_request", { message: "Only an answer can be tried again." });
    }
    const question = await findMessage(tx, caller, place.conversationId, old.parentId);
    const model = chosenModel ?? old.model ?? found.model ?? fallbackModel;
    return beginAnswer(tx, caller, found, question, model, serverId);
  });
  if (answer.status === "streaming") runner.start({ conversation, answer, caller });
  return messageShape(answer);
}

/**
 * Goes on with an answer that was stopped or interrupted, in the same message.
 * @throws AppError conflict when it is complete or still arriving
 */
export async function continueAnswer(
  { db, runner, ai, serverId }: AnswerDependencies,
  caller: MemberCaller,
  place: { conversationId: string; messageId: string },
  chosenModel: string | undefined,
): Promise<Message> {
  const fallbackModel = await ai.defaultModel(tenantOf(caller));
  const { conversation, answer, calls } = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const found = await findConversation(tx, caller, place.conversationId, "write");
    const old = await findMessage(tx, caller, place.conversationId, place.messageId);
    if (!["stopped", "interrupted", "failed"].includes(old.status)) {
      throw new AppError("conflict", { message: "Only an answer that was stopped or interrupted can be continued." });
    }
    const model = chosenModel ?? old.model ?? found.model ?? fallbackModel;
    if (model === null) throw new AppError("no_model");
    const [resumed] = await tx
      .update(messages)
      .set({ status: "streaming", serverId, error: null, finishedAt: null, model })
      .where(and(eq(messages.workspaceId, caller.workspaceId), eq(messages.id, old.id)))
      .returning();
    const [busy] = await tx
      .update(conversations)
      .set({ streamingCount: found.streamingCount + 1, currentMessageId: found.currentMessageId ?? old.id })
      .where(and(eq(conversations.workspaceId, caller.workspaceId), eq(conversations.id, found.id)))
      .returning();
    if (!resumed || !busy) throw new AppError("internal");
    await emitChatEvent(tx, busy, "chat.conversation.changed", { conversation: conversationShape(busy) });
    await emitChatEvent(
      tx,
      found,
      "chat.message.changed",
      { conversationId: found.id, messageId: resumed.id, parentId: resumed.parentId, status: resumed.status },
      caller.personId,
    );
    const calls = await callsOf(tx, caller.workspaceId, [resumed.id]);
    return { conversation: found, answer: resumed, calls: calls.get(resumed.id) };
  });
  runner.start({ conversation, answer, caller });
  return messageShape(answer, [], calls);
}
