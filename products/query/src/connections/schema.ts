import type { DataFile } from "@mindmesh/contracts/query/connections";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { primaryKey, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

/** Uploaded data files that no connection has taken yet. */
export const looseFiles = query.table(
  "loose_files",
  {
    workspaceId: uuid("workspace_id").notNull(),
    fileId: uuid("file_id").notNull(),
    personId: uuid("person_id"),
    content: jsonb("content").$type<DataFile>().notNull(),
    createdAt: moment("created_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.fileId] })],
);
