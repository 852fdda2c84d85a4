import { toolRisks } from "@mindmesh/contracts/tools";
import { boolean, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, jsonb, moment } from "../../db/index.ts";

const kernel = pgSchema("kernel");

export const mcpServers = kernel.table(
  "mcp_servers",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    url: text("url").notNull(),
    envelope: bytea("envelope"),
    problem: text("problem"),
    lookedAt: moment("looked_at").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type McpServerRow = typeof mcpServers.$inferSelect;

export const mcpTools = kernel.table(
  "mcp_tools",
  {
    workspaceId: uuid("workspace_id").notNull(),
    serverId: uuid("server_id").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    purpose: text("purpose").notNull(),
    inputSchema: jsonb("input_schema").$type<Record<string, unknown>>().notNull(),
    definitionHash: text("definition_hash").notNull(),
    seenHash: text("seen_hash"),
    risk: text("risk", { enum: toolRisks }).notNull(),
    enabled: boolean("enabled").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.serverId, table.name] })],
);
export type McpToolRow = typeof mcpTools.$inferSelect;

/** Of changes in these it is told (`onSettingsChange`); they change what tools there are. */
export const toolTables = ["mcp_servers", "mcp_tools"] as const;
