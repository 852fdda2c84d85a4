import type { Coverage } from "@mindmesh/contracts/query/documentation";
import { bytea, jsonb, moment } from "@mindmesh/kernel/db";
import { integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

export const descriptions = query.table(
  "descriptions",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    schema: text("schema").notNull(),
    table: text("table_name").notNull(),
    /** Empty for the table itself. */
    column: text("column_name").notNull().default(""),
    text: text("text").notNull(),
    updatedBy: uuid("updated_by"),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.connectionId, table.schema, table.table, table.column] }),
  ],
);

export const documentationVersions = query.table(
  "documentation_versions",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    version: integer("version").notNull(),
    content: bytea("content").notNull(),
    coverage: jsonb("coverage").$type<Coverage>().notNull(),
    note: text("note").notNull().default(""),
    personId: uuid("person_id"),
    schemaTakenAt: moment("schema_taken_at").notNull(),
    takenAt: moment("taken_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.version] })],
);
