import type { DiagramArrangement } from "@mindmesh/contracts/query/diagram";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { primaryKey, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

export const diagramArrangements = query.table(
  "diagram_arrangements",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    personId: uuid("person_id").notNull(),
    positions: jsonb("positions").$type<DiagramArrangement["positions"]>().notNull().default({}),
    hidden: jsonb("hidden").$type<string[]>().notNull().default([]),
    updatedAt: moment("updated_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.personId] })],
);
