import { toolCallStates, toolOrigins, toolRisks, usualToolLimits } from "@mindmesh/contracts/tools";
import { bigint, boolean, doublePrecision, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "../db/index.ts";

const kernel = pgSchema("kernel");

export const toolCalls = kernel.table(
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
    decidedBy: uuid("decided_by"),
    needsAdmin: boolean("needs_admin").notNull().default(false),
    personApprovedAt: moment("person_approved_at"),
    adminsTold: boolean("admins_told").notNull().default(false),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    durationMs: integer("duration_ms"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const toolSettings = kernel.table("tool_settings", {
  workspaceId: uuid("workspace_id").primaryKey(),
  criticalApproval: text("critical_approval", { enum: ["person", "admin"] })
    .notNull()
    .default("person"),
  disabled: text("disabled").array().notNull().default([]),
  steps: integer("steps").notNull().default(usualToolLimits.steps),
  callsInStep: integer("calls_in_step").notNull().default(usualToolLimits.callsInStep),
  costUsd: doublePrecision("cost_usd").notNull().default(usualToolLimits.costUsd),
});

export type ToolCallRow = typeof toolCalls.$inferSelect;
