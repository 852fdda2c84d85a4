import { pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { jsonb, moment } from "../db/index.ts";

/** Stands in the key of entries about accounts and the server, which belong to no workspace. */
export const noWorkspace = "00000000-0000-0000-0000-000000000000";

export const auditLog = pgSchema("kernel").table(
  "audit_log",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    actorId: uuid("actor_id"),
    action: text("action").notNull(),
    targetKind: text("target_kind"),
    targetId: text("target_id"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull(),
    ip: text("ip"),
    requestId: text("request_id"),
    at: moment("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
