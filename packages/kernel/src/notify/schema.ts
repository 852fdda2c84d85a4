import { notificationKinds } from "@mindmesh/contracts/notifications";
import { pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "../db/index.ts";

export const notifications = pgSchema("kernel").table(
  "notifications",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    kind: text("kind", { enum: notificationKinds }).notNull(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    subject: text("subject"),
    target: text("target"),
    readAt: moment("read_at"),
    createdAt: moment("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export type NotificationRow = typeof notifications.$inferSelect;
