import type { MockPlan } from "@mindmesh/contracts/query/mock-data";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { bigint, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

export const mockRuns = query.table(
  "mock_runs",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    id: uuid("id").notNull(),
    plan: jsonb("plan").$type<MockPlan>().notNull(),
    state: text("state", { enum: ["waiting", "running", "done", "failed", "cancelled"] }).notNull(),
    rows: bigint("rows", { mode: "number" }).notNull(),
    written: bigint("written", { mode: "number" }).notNull().default(0),
    text: text("text"),
    error: text("error"),
    jobId: uuid("job_id"),
    requestedBy: uuid("requested_by"),
    createdAt: moment("created_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.id] })],
);

export type MockRunRow = typeof mockRuns.$inferSelect;
