import { jsonb, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "../db/index.ts";

export const auditLog = pgSchema("kernel").table("audit_log", {
  id: uuid("id").primaryKey(),
  workspaceId: uuid("workspace_id"),
  actorId: uuid("actor_id"),
  action: text("action").notNull(),
  targetKind: text("target_kind"),
  targetId: text("target_id"),
  details: jsonb("details").$type<Record<string, unknown>>().notNull(),
  ip: text("ip"),
  requestId: text("request_id"),
  at: moment("at").notNull(),
});
