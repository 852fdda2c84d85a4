import { toolCallStates, toolOrigins, toolRisks } from "@mindmesh/contracts/tools";
import { bigint, boolean, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "../db/index.ts";

export const toolCalls = pgSchema("kernel").table(
  "tool_calls",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    apiKeyId: uuid("api_key_id"),
    origin: text("origin", { enum: toolOrigins }).notNull(),
    subject: text("subject"),
    tool: text("tool").notNull(),
    title: text("title").notNull(),
    risk: text("risk", { enum: toolRisks }).notNull(),
    arguments: text("arguments").notNull(),
    argumentsHash: text("arguments_hash").notNull(),
    state: text("state", { enum: toolCallStates }).notNull(),
    errorCode: text("error_code"),
    error: text("error"),
    resultBytes: bigint("result_bytes", { mode: "number" }),
    resultCut: boolean("result_cut").notNull().default(false),
    serverId: uuid("server_id"),
    expiresAt: moment("expires_at"),
    decidedAt: moment("decided_at"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    durationMs: integer("duration_ms"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export type ToolCallRow = typeof toolCalls.$inferSelect;
