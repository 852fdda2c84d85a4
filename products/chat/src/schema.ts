import { type Message, answerCallStates } from "@mindmesh/contracts/chat";
import type { SignedCall, SignedReasoning } from "@mindmesh/kernel/ai";
import { bytea, jsonb, moment } from "@mindmesh/kernel/db";
import { bigint, boolean, doublePrecision, integer, pgSchema, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";

const chat = pgSchema("chat");
const now = () => new Date().toISOString();

export const conversations = chat.table(
  "conversations",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    title: text("title").notNull(),
    titled: boolean("titled").notNull().default(false),
    model: text("model"),
    systemPrompt: text("system_prompt").notNull().default(""),
    useTools: boolean("use_tools").notNull().default(false),
    currentMessageId: uuid("current_message_id"),
    shared: boolean("shared").notNull().default(false),
    folderId: uuid("folder_id"),
    tags: text("tags").array().notNull().default([]),
    pinned: boolean("pinned").notNull().default(false),
    archived: boolean("archived").notNull().default(false),
    trashedAt: moment("trashed_at"),
    version: integer("version").notNull().default(1),
    publicTokenHash: bytea("public_token_hash"),
    publicMessageId: uuid("public_message_id"),
    importKey: text("import_key"),
    streamingCount: integer("streaming_count").notNull().default(0),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const messages = chat.table(
  "messages",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    parentId: uuid("parent_id"),
    role: text("role", { enum: ["user", "assistant"] }).notNull(),
    authorId: uuid("author_id"),
    text: text("text").notNull(),
    reasoning: text("reasoning").notNull().default(""),
    status: text("status", { enum: ["complete", "streaming", "stopped", "interrupted", "failed"] }).notNull(),
    error: text("error"),
    notice: text("notice"),
    model: text("model"),
    inputTokens: integer("input_tokens"),
    outputTokens: integer("output_tokens"),
    reasoningTokens: integer("reasoning_tokens"),
    cachedInputTokens: integer("cached_input_tokens"),
    costUsd: doublePrecision("cost_usd"),
    answeredBy: jsonb("answered_by").$type<Message["answeredBy"]>().notNull().default([]),
    serverId: uuid("server_id"),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const answerChunks = chat.table(
  "answer_chunks",
  {
    workspaceId: uuid("workspace_id").notNull(),
    messageId: uuid("message_id").notNull(),
    seq: integer("seq").notNull(),
    kind: text("kind", { enum: ["text", "reasoning"] }).notNull(),
    text: text("text").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.messageId, table.seq] })],
);

/** What a provider signed of its model's thinking before a call, on the first call of its step, and of the call itself. */
export interface SignedStep {
  reasoning?: SignedReasoning;
  call?: SignedCall;
}

export const toolCalls = chat.table(
  "tool_calls",
  {
    workspaceId: uuid("workspace_id").notNull(),
    messageId: uuid("message_id").notNull(),
    position: integer("position").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    step: integer("step").notNull(),
    textOffset: integer("text_offset").notNull(),
    modelCallId: text("model_call_id").notNull(),
    tool: text("tool").notNull(),
    title: text("title").notNull(),
    input: text("input").notNull(),
    state: text("state", { enum: answerCallStates }).notNull(),
    output: text("output"),
    error: text("error"),
    resultBytes: bigint("result_bytes", { mode: "number" }),
    cut: text("cut").array().notNull().default([]),
    waitsForAdmin: boolean("waits_for_admin").notNull().default(false),
    argumentsHash: text("arguments_hash"),
    expiresAt: moment("expires_at"),
    signed: jsonb("signed").$type<SignedStep>(),
    revision: integer("revision").notNull().default(1),
    startedAt: moment("started_at").notNull(),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.messageId, table.position] })],
);

export const messageFiles = chat.table(
  "message_files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    messageId: uuid("message_id").notNull(),
    position: integer("position").notNull(),
    fileId: uuid("file_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.messageId, table.position] })],
);

export const folders = chat.table(
  "folders",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    name: text("name").notNull(),
    position: integer("position").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const presets = chat.table(
  "presets",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    name: text("name").notNull(),
    systemPrompt: text("system_prompt").notNull(),
    model: text("model"),
    shared: boolean("shared").notNull().default(false),
    createdAt: moment("created_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const imports = chat.table(
  "imports",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    fileId: uuid("file_id").notNull(),
    fileName: text("file_name").notNull(),
    state: text("state", { enum: ["waiting", "running", "done", "failed", "cancelled"] }).notNull(),
    jobId: uuid("job_id"),
    progress: real("progress").notNull().default(0),
    source: text("source", { enum: ["chatgpt", "claude"] }),
    conversationsAdded: integer("conversations_added").notNull().default(0),
    conversationsKnown: integer("conversations_known").notNull().default(0),
    messagesAdded: integer("messages_added").notNull().default(0),
    skipped: integer("skipped").notNull().default(0),
    error: text("error"),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export type ImportRow = typeof imports.$inferSelect;
export type AnswerCallRow = typeof toolCalls.$inferSelect;
export type ConversationRow = typeof conversations.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;
