import type { InferredKey } from "@mindmesh/contracts/query/catalog";
import { type SchemaChange, connectionStages, ingestionStates } from "@mindmesh/contracts/query/ingestion";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { integer, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

/** Readings of schemas: one row each. At most one of a connection is under way. */
export const readings = query.table(
  "readings",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    id: uuid("id").notNull(),
    state: text("state", { enum: ingestionStates }).notNull(),
    cause: text("cause", { enum: ["created", "asked", "stale", "schedule"] }).notNull(),
    jobId: uuid("job_id"),
    progress: real("progress").notNull().default(0),
    progressText: text("progress_text"),
    error: text("error"),
    stage: text("stage", { enum: connectionStages }),
    tables: integer("tables"),
    changeCount: integer("change_count"),
    changes: jsonb("changes").$type<SchemaChange[]>().notNull().default([]),
    requestedBy: uuid("requested_by"),
    createdAt: moment("created_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.id] })],
);
export type ReadingRow = typeof readings.$inferSelect;

/** Foreign keys that nobody declared, with what people decided on them. */
export const inferredKeys = query.table(
  "inferred_keys",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    key: text("key").notNull(),
    content: jsonb("content").$type<Omit<InferredKey, "key" | "decision">>().notNull(),
    decision: text("decision", { enum: ["open", "confirmed", "rejected"] })
      .notNull()
      .default("open"),
    decidedBy: uuid("decided_by"),
    decidedAt: moment("decided_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.key] })],
);
