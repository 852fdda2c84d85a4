import type { CodeRun, RunSettings } from "@mindmesh/contracts/runs";
import { runLanguages, runReasons, runStatuses } from "@mindmesh/contracts/runs";
import { bytea, jsonb, moment } from "@mindmesh/kernel/db";
import { bigint, boolean, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";

const chat = pgSchema("chat");

export const codeRuns = chat.table(
  "code_runs",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    personId: uuid("person_id").notNull(),
    origin: text("origin", { enum: ["block", "panel", "tool"] }).notNull(),
    messageId: uuid("message_id"),
    blockIndex: integer("block_index"),
    language: text("language", { enum: runLanguages }).notNull(),
    entryName: text("entry_name"),
    source: text("source").notNull(),
    sourceHash: text("source_hash").notNull(),
    files: jsonb("files").$type<{ path: string; content: string }[]>().notNull().default([]),
    status: text("status", { enum: runStatuses }).notNull(),
    queuePosition: integer("queue_position"),
    holdsDirectory: boolean("holds_directory").notNull().default(false),
    kernel: text("kernel", { enum: ["new", "kept"] }),
    reason: text("reason", { enum: runReasons }),
    exitCode: integer("exit_code"),
    message: text("message"),
    error: jsonb("error").$type<CodeRun["error"]>(),
    usage: jsonb("usage").$type<CodeRun["usage"]>(),
    driver: text("driver"),
    outputLength: integer("output_length").notNull().default(0),
    displayCount: integer("display_count").notNull().default(0),
    revision: integer("revision").notNull().default(1),
    serverId: uuid("server_id"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const codeRunOutput = chat.table(
  "code_run_output",
  {
    workspaceId: uuid("workspace_id").notNull(),
    runId: uuid("run_id").notNull(),
    seq: integer("seq").notNull(),
    stream: text("stream", { enum: ["stdout", "stderr"] }).notNull(),
    text: text("text").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.runId, table.seq] })],
);

export const codeRunDisplays = chat.table(
  "code_run_displays",
  {
    workspaceId: uuid("workspace_id").notNull(),
    runId: uuid("run_id").notNull(),
    position: integer("position").notNull(),
    offset: integer("output_offset").notNull(),
    mime: text("mime", { enum: ["image/png", "image/svg+xml", "text/html"] }).notNull(),
    bytes: integer("bytes").notNull(),
    data: text("data"),
    fileId: uuid("file_id"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.runId, table.position] })],
);

export const outputFiles = chat.table(
  "output_files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    path: text("path").notNull(),
    version: integer("version").notNull(),
    runId: uuid("run_id"),
    personId: uuid("person_id").notNull(),
    fileId: uuid("file_id").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.conversationId, table.path, table.version] })],
);

export const editorFiles = chat.table(
  "editor_files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    path: text("path").notNull(),
    content: text("content").notNull(),
    version: integer("version").notNull().default(1),
    updatedBy: uuid("updated_by"),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.conversationId, table.path] })],
);

export const workDirectories = chat.table(
  "work_directories",
  {
    workspaceId: uuid("workspace_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    personId: uuid("person_id").notNull(),
    revision: integer("revision").notNull().default(0),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.conversationId, table.personId] })],
);

export const workFiles = chat.table(
  "work_files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    personId: uuid("person_id").notNull(),
    path: text("path").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    sha256: bytea("sha256").notNull(),
    content: bytea("content"),
    fileId: uuid("file_id"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.conversationId, table.personId, table.path] })],
);

export const runSettingsTable = chat.table("run_settings", {
  workspaceId: uuid("workspace_id").notNull().primaryKey(),
  settings: jsonb("settings").$type<RunSettings>().notNull(),
  updatedBy: uuid("updated_by"),
  updatedAt: moment("updated_at").notNull(),
});

export type CodeRunRow = typeof codeRuns.$inferSelect;
export type DisplayRow = typeof codeRunDisplays.$inferSelect;
