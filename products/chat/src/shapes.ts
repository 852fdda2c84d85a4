import type { Conversation, Message } from "@mindmesh/contracts/chat";
import type { StoredFile } from "@mindmesh/contracts/files";
import type { ConversationRow, MessageRow } from "./schema.ts";

/** The conversation as the contract shows it. */
export function conversationShape(row: ConversationRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    ownerId: row.ownerId,
    model: row.model,
    systemPrompt: row.systemPrompt,
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
export function messageShape(row: MessageRow, files: StoredFile[] = []): Message {
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
    usage: measured ? { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd } : null,
    files,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}
