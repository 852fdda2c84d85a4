import type { AlertCondition, Dashboard, Schedule, Tile } from "@mindmesh/contracts/query/dashboards";
import { alertStates } from "@mindmesh/contracts/query/dashboards";
import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { boolean, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

const now = () => new Date().toISOString();

export const dashboards = query.table(
  "dashboards",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    shared: boolean("shared").notNull().default(false),
    tiles: jsonb("tiles").$type<Tile[]>().notNull().default([]),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull().default({}),
    refreshSeconds: integer("refresh_seconds"),
    snapshot: jsonb("snapshot").$type<Dashboard["snapshot"]>(),
    nextSnapshotAt: moment("next_snapshot_at"),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type DashboardRow = typeof dashboards.$inferSelect;

export const alerts = query.table(
  "alerts",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    savedQueryId: uuid("saved_query_id").notNull(),
    name: text("name").notNull(),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull().default({}),
    condition: jsonb("condition").$type<AlertCondition>().notNull(),
    schedule: jsonb("schedule").$type<Schedule>().notNull(),
    recipients: uuid("recipients").array().notNull(),
    enabled: boolean("enabled").notNull().default(true),
    state: text("state", { enum: alertStates }).notNull().default("unknown"),
    finding: text("finding"),
    checkedAt: moment("checked_at"),
    nextAt: moment("next_at"),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type AlertRow = typeof alerts.$inferSelect;
