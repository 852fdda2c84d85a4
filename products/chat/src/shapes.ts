import type { AnswerCall, Conversation, Message } from "@mindmesh/contracts/chat";
import type { StoredFile } from "@mindmesh/contracts/files";
import type { AnswerCallRow, ConversationRow, MessageRow } from "./schema.ts";

/** The conversation as the contract shows it. */
export function conversationShape(row: ConversationRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    ownerId: row.ownerId,
    model: row.model,
    systemPrompt: row.systemPrompt,
    useTools: row.useTools,
    folderId: row.folderId,
    tags: row.tags,
    pinned: row.pinned,
    archived: row.archived,
    trashedAt: row.trashedAt,
    shared: row.shared,
    published: row.publicTokenHash !== null,
    version: row.version,
    streaming: row.streamingCount > 0,
    currentMessageId: row.currentMessageId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** The message as the contract shows it. */
export function messageShape(row: MessageRow, files: StoredFile[] = [], calls: AnswerCallRow[] = []): Message {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd } = row;
  const measured = [inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd].some((n) => n !== null);
  return {
    id: row.id,
    conversationId: row.conversationId,
    parentId: row.parentId,
    role: row.role,
    text: row.text,
    reasoning: row.reasoning,
    status: row.status,
    error: row.error,
    notice: row.notice,
    model: row.model,
    answeredBy: row.answeredBy,
    usage: measured ? { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd } : null,
    files,
    toolCalls: calls.map(answerCallShape),
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}

/** The call of a tool as the contract shows it. */
export function answerCallShape(row: AnswerCallRow): AnswerCall {
  const { workspaceId: _, messageId: __, step: ___, modelCallId: ____, ...shown } = row;
  return shown;
}
