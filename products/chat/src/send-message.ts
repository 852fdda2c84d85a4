import type { Conversation, Message, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import type { AnswerRunner } from "./answer-runner.ts";
import type { ModelGateway } from "@mindmesh/kernel/ai";
import { beginAnswer } from "./begin-answer.ts";
import { emitChatEvent } from "./events.ts";
import { findConversation } from "./find-conversation.ts";
import { attachFiles, filesOf } from "./message-files.ts";
import { findMessage } from "./find-message.ts";
import { type ConversationRow, type MessageRow, messages } from "./schema.ts";
import { conversationShape, messageShape } from "./shapes.ts";
import { titleFromText } from "./title-from-text.ts";

export interface AnswerDependencies {
  db: Database;
  runner: AnswerRunner;
  ai: ModelGateway;
  serverId: string;
}

/**
 * Stores a question and begins its answer. The same `messageId` a second time gives back what the first call made.
 * @throws AppError not_found, not_allowed, conflict when the message to answer to is still arriving
 */
export async function sendMessage(
  { db, runner, ai, serverId }: AnswerDependencies,
  caller: MemberCaller,
  conversationId: string,
  input: z.output<typeof chatRoutes.sendMessage.body>,
): Promise<{ conversation: Conversation; question: Message; answer: Message }> {
  const fallbackModel = input.model ?? (await ai.defaultModel(tenantOf(caller)));
  const result = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const conversation = await findConversation(tx, caller, conversationId, "write");
    const known = input.messageId && (await findSent(tx, caller, conversation, input.messageId));
    if (known)
      return {
        ...known,
        files: [...(await filesOf(tx, caller.workspaceId, [known.question.id])).values()].flat(),
        begun: false,
      };
    const parent = input.parentId === null ? null : await findMessage(tx, caller, conversationId, input.parentId);
    if (parent?.status === "streaming") {
      throw new AppError("conflict", { message: "The answer above is still arriving. Wait for it or stop it first." });
    }
    const [question] = await tx
      .insert(messages)
      .values({
        workspaceId: caller.workspaceId,
        id: input.messageId ?? uuidv7(),
        conversationId,
        parentId: input.parentId,
        role: "user",
        authorId: caller.personId,
        text: input.text,
        status: "complete",
        finishedAt: new Date().toISOString(),
      })
      .returning();
    if (!question) throw new AppError("internal");
    const files = await attachFiles(tx, caller, question.id, input.fileIds);
    await emitChatEvent(
      tx,
      conversation,
      "chat.message.changed",
      { conversationId, messageId: question.id, parentId: question.parentId, status: question.status },
      caller.personId,
    );
    const named =
      conversation.titled || input.parentId !== null
        ? conversation
        : { ...conversation, title: titleFromText(input.text.trim() === "" ? (files[0]?.name ?? "") : input.text) };
    const model = input.model ?? conversation.model ?? fallbackModel;
    return { question, files, begun: true, ...(await beginAnswer(tx, caller, named, question, model, serverId)) };
  });
  if (result.begun && result.answer.status === "streaming") {
    runner.start({ conversation: result.conversation, answer: result.answer, caller });
  }
  return {
    conversation: conversationShape(result.conversation),
    question: messageShape(result.question, result.files),
    answer: messageShape(result.answer),
  };
}

async function findSent(
  tx: Transaction,
  caller: MemberCaller,
  conversation: ConversationRow,
  messageId: string,
): Promise<{ conversation: ConversationRow; question: MessageRow; answer: MessageRow } | null> {
  const ofWorkspace = eq(messages.workspaceId, caller.workspaceId);
  const [question] = await tx
    .select()
    .from(messages)
    .where(and(ofWorkspace, eq(messages.id, messageId)));
  if (!question) return null;
  if (question.conversationId !== conversation.id) throw new AppError("already_exists");
  const [answer] = await tx
    .select()
    .from(messages)
    .where(and(ofWorkspace, eq(messages.parentId, messageId)))
    .orderBy(messages.createdAt)
    .limit(1);
  return answer ? { conversation, question, answer } : null;
}
