import type { TermBinding, TermFragment } from "@mindmesh/contracts/query/glossary";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

const now = () => new Date().toISOString();

/** Business terms of a connection. */
export const glossaryTerms = query.table(
  "glossary_terms",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    id: uuid("id").notNull(),
    term: text("term").notNull(),
    synonyms: text("synonyms").array().notNull().default([]),
    definition: text("definition").notNull().default(""),
    bindings: jsonb("bindings").$type<TermBinding[]>().notNull().default([]),
    fragment: jsonb("fragment").$type<TermFragment>(),
    createdBy: uuid("created_by"),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type GlossaryRow = typeof glossaryTerms.$inferSelect;
