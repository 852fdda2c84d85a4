import { bigint, doublePrecision, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "../db/index.ts";
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

export type CallStatus = "running" | "done" | "failed" | "interrupted" | "cancelled" | "lost";

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
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
