import type { AskOutcome } from "@mindmesh/contracts/query/ask";
import { jsonb, moment } from "@mindmesh/kernel/db";
import { doublePrecision, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { query } from "../schema.ts";

const now = () => new Date().toISOString();

/** What people have asked in words, and what came of it. */
export const questions = query.table(
  "questions",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    question: text("question").notNull(),
    cacheKey: text("cache_key").notNull(),
    outcome: jsonb("outcome").$type<AskOutcome>().notNull(),
    writtenBy: text("written_by", { enum: ["model", "built-in"] }).notNull(),
    model: text("model"),
    costUsd: doublePrecision("cost_usd"),
    cachedFrom: moment("cached_from"),
    thumb: text("thumb", { enum: ["up", "down"] }),
    milliseconds: doublePrecision("milliseconds").notNull(),
    createdAt: moment("created_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type QuestionRow = typeof questions.$inferSelect;

/** Questions with statements that a person has found right. */
export const verifiedExamples = query.table(
  "verified_examples",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    id: uuid("id").notNull(),
    question: text("question").notNull(),
    sql: text("sql").notNull(),
    origin: text("origin", { enum: ["thumb", "edit"] }).notNull(),
    turnId: uuid("turn_id"),
    createdBy: uuid("created_by"),
    createdAt: moment("created_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
