import { bigint, boolean, date, doublePrecision, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { BudgetKind, BudgetPeriod, UnknownPrices } from "@mindmesh/contracts/money";
import type { RoutingRule } from "@mindmesh/contracts/routing";
import { bytea, jsonb, moment } from "../db/index.ts";
import type { KeptAnswer } from "./cache/answer-store.ts";
import type { KeySource } from "./connection.ts";
import type { FailureKind } from "./explain-failure.ts";
import type { ProviderKind } from "./providers/index.ts";
import type { KeyTestResult } from "./test-key.ts";

const kernel = pgSchema("kernel");

export const providerKeys = kernel.table(
  "provider_keys",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id"),
    kind: text("kind").$type<ProviderKind>().notNull(),
    provider: text("provider").notNull(),
    label: text("label").notNull(),
    baseUrl: text("base_url"),
    envelope: bytea("envelope"),
    lastFour: text("last_four"),
    testResult: text("test_result").$type<KeyTestResult>().notNull(),
    testMessage: text("test_message").notNull(),
    testedAt: moment("tested_at").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const defaultModels = kernel.table("default_models", {
  workspaceId: uuid("workspace_id").notNull(),
  personId: uuid("person_id"),
  model: text("model").notNull(),
  updatedAt: moment("updated_at").notNull(),
});

export const modelRouting = kernel.table("model_routing", {
  workspaceId: uuid("workspace_id").primaryKey(),
  rules: jsonb("rules").$type<RoutingRule[]>().notNull(),
  namedFallsBack: boolean("named_falls_back").notNull(),
  changedAt: moment("changed_at").notNull(),
});

export type CallStatus = "running" | "done" | "failed" | "interrupted" | "cancelled" | "lost";

/**
 * How an answer came without asking the model anew: prepared before it was asked for, kept for the same or a near-equal
 * request, or shared with a call that ran.
 */
export type CacheWay = "prepared" | "exact" | "near" | "shared";

export const modelCalls = kernel.table(
  "model_calls",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    userId: uuid("user_id"),
    product: text("product").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    keySource: text("key_source").$type<KeySource>().notNull(),
    status: text("status").$type<CallStatus>().notNull(),
    errorKind: text("error_kind").$type<FailureKind>(),
    retries: integer("retries").notNull(),
    inputTokens: bigint("input_tokens", { mode: "number" }),
    outputTokens: bigint("output_tokens", { mode: "number" }),
    reasoningTokens: bigint("reasoning_tokens", { mode: "number" }),
    cachedInputTokens: bigint("cached_input_tokens", { mode: "number" }),
    costUsd: doublePrecision("cost_usd"),
    startedAt: moment("started_at").notNull(),
    firstPartMs: integer("first_part_ms"),
    durationMs: integer("duration_ms"),
    apiKeyId: uuid("api_key_id"),
    route: text("route"),
    estimated: boolean("estimated").notNull(),
    cache: text("cache").$type<CacheWay>(),
    cacheAgeMs: bigint("cache_age_ms", { mode: "number" }),
    savedUsd: doublePrecision("saved_usd"),
    serverId: uuid("server_id"),
    reservedNano: bigint("reserved_nano", { mode: "number" }),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

/** What made a prepared answer, where that was a model. */
export type PreparedBy = Pick<KeptAnswer, "model" | "provider" | "keySource" | "costUsd" | "usage">;

export const preparedAnswers = kernel.table(
  "prepared_answers",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    place: bytea("place").notNull(),
    question: text("question").notNull(),
    system: text("system"),
    model: text("model").notNull(),
    answer: text("answer"),
    enabled: boolean("enabled").notNull(),
    madeBy: jsonb("made_by").$type<PreparedBy>(),
    problem: text("problem"),
    createdAt: moment("created_at").notNull(),
    answeredAt: moment("answered_at").notNull(),
    given: bigint("given", { mode: "number" }).notNull().default(0),
    givenAt: moment("given_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const modelPrices = kernel.table(
  "model_prices",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    pattern: text("pattern").notNull(),
    from: date("from_day", { mode: "string" }).notNull(),
    inputPerMillion: doublePrecision("input_per_million").notNull(),
    cachedInputPerMillion: doublePrecision("cached_input_per_million"),
    outputPerMillion: doublePrecision("output_per_million").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const budgets = kernel.table(
  "budgets",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    kind: text("kind").$type<BudgetKind>().notNull(),
    subject: text("subject"),
    period: text("period").$type<BudgetPeriod>().notNull(),
    limitNano: bigint("limit_nano", { mode: "number" }).notNull(),
    warnPercent: integer("warn_percent").notNull(),
    ownKeys: boolean("own_keys").notNull(),
    unknownPrices: text("unknown_prices").$type<UnknownPrices>().notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const budgetMeters = kernel.table(
  "budget_meters",
  {
    workspaceId: uuid("workspace_id").notNull(),
    budgetId: uuid("budget_id").notNull(),
    subject: text("subject").notNull(),
    periodStart: date("period_start", { mode: "string" }).notNull(),
    spentNano: bigint("spent_nano", { mode: "number" }).notNull(),
    reservedNano: bigint("reserved_nano", { mode: "number" }).notNull(),
    warnedAt: moment("warned_at"),
    exhaustedAt: moment("exhausted_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.budgetId, table.subject, table.periodStart] })],
);
