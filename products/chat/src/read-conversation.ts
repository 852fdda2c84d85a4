import type { Conversation, Message, conversationUsage } from "@mindmesh/contracts/chat";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import { callsOf } from "./answer-calls.ts";
import { findConversation } from "./find-conversation.ts";
import { filesOf } from "./message-files.ts";
import { type MessageRow, answerChunks, messages } from "./schema.ts";
import { conversationShape, messageShape } from "./shapes.ts";

/** A conversation with all messages of all its branches, streaming ones as far as they have arrived. */
export async function readConversation(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
): Promise<{ conversation: Conversation; messages: Message[]; usage: z.infer<typeof conversationUsage> }> {
  return db.withWorkspace(
    tenantOf(caller),
    async (tx) => {
      const conversation = await findConversation(tx, caller, conversationId, "read");
      const rows = await tx
        .select()
        .from(messages)
        .where(and(eq(messages.workspaceId, caller.workspaceId), eq(messages.conversationId, conversationId)))
        .orderBy(asc(messages.createdAt), asc(messages.id));
      const ids = rows.map((row) => row.id);
      const files = await filesOf(tx, caller.workspaceId, ids);
      const calls = await callsOf(tx, caller.workspaceId, ids);
      return {
        conversation: conversationShape(conversation),
        messages: (await withChunks(tx, rows)).map((row) => messageShape(row, files.get(row.id), calls.get(row.id))),
        usage: usageOf(rows),
      };
    },
    { snapshot: true },
  );
}

function usageOf(rows: MessageRow[]): z.infer<typeof conversationUsage> {
  const answers = rows.filter((row) => row.role === "assistant" && row.model !== null && row.status !== "streaming");
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    answers: answers.length,
    inputTokens: sum(answers.map((row) => row.inputTokens)),
    outputTokens: sum(answers.map((row) => row.outputTokens)),
    costUsd: answers.some((row) => row.costUsd === null) ? null : sum(answers.map((row) => row.costUsd)),
  };
}

/** Adds to streaming messages the parts that have been stored so far. */
export async function withChunks(tx: Transaction, rows: MessageRow[]): Promise<MessageRow[]> {
  const streaming = rows.filter((row) => row.status === "streaming");
  const [first] = streaming;
  if (!first) return rows;
  const chunks = await tx
    .select()
    .from(answerChunks)
    .where(
      and(
        eq(answerChunks.workspaceId, first.workspaceId),
        inArray(
          answerChunks.messageId,
          streaming.map((row) => row.id),
        ),
      ),
    )
    .orderBy(asc(answerChunks.messageId), asc(answerChunks.seq));
  return rows.map((row) => {
    const own = chunks.filter((chunk) => chunk.messageId === row.id);
    const joined = (kind: "text" | "reasoning") =>
      own.reduce((text, chunk) => (chunk.kind === kind ? text + chunk.text : text), row[kind]);
    return own.length === 0 ? row : { ...row, text: joined("text"), reasoning: joined("reasoning") };
  });
}
