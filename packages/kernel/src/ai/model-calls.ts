import { and, eq, lt } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { startSpan } from "../observe/index.ts";
import { type CallRow, writeCallRows } from "./call-rows.ts";
import type { KeySource } from "./connection.ts";
import type { FailureKind } from "./explain-failure.ts";
import type { ModelFailed } from "./failures.ts";
import type { ModelMetrics } from "./metrics.ts";
import type { Usage } from "./price.ts";
import { type CacheWay, type CallStatus, modelCalls } from "./schema.ts";

/** What is known of a call when it begins. */
export interface CallStart {
  workspaceId: string;
  userId: string | null;
  apiKeyId: string | null;
  product: string;
  provider: string;
  model: string;
  keySource: KeySource;
  /** Why this model, in words. */
  route: string;
}

/** What came of it. */
export interface CallOutcome {
  status: Exclude<CallStatus, "running" | "lost">;
  errorKind: FailureKind | null;
  retries: number;
  usage: Usage | null;
  costUsd: number | null;
  /** Usage and cost were not reported, but counted here. */
  estimated: boolean;
  firstPartMs: number | null;
  durationMs: number;
}

/** What a call used. */
export type Spent = Pick<CallOutcome, "usage" | "costUsd" | "estimated">;

/** How an answer came without asking a model. `savedUsd`: what it cost when it was made; null: not known. */
export interface CacheHit {
  way: CacheWay;
  ageMs: number;
  savedUsd: number | null;
}

/** What a call holds of its budgets, and the server that makes it, which may die in the middle. */
export interface Holding {
  serverId: string;
  reservedNano: number;
}

/** The record of one call while it runs. */
export interface CallRecord {
  id: string;
  retries: number;
  onRetry(): void;
  onFirstPart(): void;
  hasBegun(): boolean;
  /** The first word counts: what comes after an end is ignored. */
  done(spent: Spent): void;
  failed(failure: ModelFailed, spent: Spent): void;
  cancelled(spent: Spent): void;
  /** Answered without asking a model, which costs nothing. */
  fromCache(cache: CacheHit): void;
}

/** Writes `kernel.model_calls`, metrics and traces beside the calls, so that no answer waits for its record. */
export interface CallRecorder {
  begin(call: CallStart, id: string, holding?: Holding | null): CallRecord;
  /** Resolves when everything noted so far is written. */
  drain(): Promise<void>;
}

/** `onError` hears of records that could not be written; the answer itself goes on. */
export function recordCalls(db: Database, metrics: ModelMetrics, onError: (error: unknown) => void): CallRecorder {
  const rows = writeCallRows(db, onError);

  function begin(call: CallStart, id: string, holding: Holding | null = null): CallRecord {
    const startedAt = performance.now();
    const row: CallRow = {
      ...call,
      id,
      status: "running",
      errorKind: null,
      retries: 0,
      inputTokens: null,
      outputTokens: null,
      reasoningTokens: null,
      cachedInputTokens: null,
      costUsd: null,
      startedAt: new Date().toISOString(),
      firstPartMs: null,
      durationMs: null,
      estimated: false,
      cache: null,
      cacheAgeMs: null,
      savedUsd: null,
      serverId: holding?.serverId ?? null,
      reservedNano: holding?.reservedNano ?? null,
    };
    rows.put(row);
    const span = startSpan(`chat ${call.model}`, {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": call.provider,
      "gen_ai.request.model": call.model,
    });
    let firstPartMs: number | null = null;
    let isSettled = false;
    function settle(outcome: Spent & Pick<CallOutcome, "status" | "errorKind">, cache?: CacheHit): void {
      if (isSettled) return;
      isSettled = true;
      const durationMs = performance.now() - startedAt;
      metrics.observe(call, { ...outcome, retries: record.retries, firstPartMs, durationMs });
      // In place: if its beginning waits to be written, this is what is written instead.
      row.status = outcome.status;
      row.errorKind = outcome.errorKind;
      row.retries = record.retries;
      row.inputTokens = outcome.usage?.inputTokens ?? null;
      row.outputTokens = outcome.usage?.outputTokens ?? null;
      row.reasoningTokens = outcome.usage?.reasoningTokens ?? null;
      row.cachedInputTokens = outcome.usage?.cachedInputTokens ?? null;
      row.costUsd = outcome.costUsd;
      row.estimated = outcome.estimated;
      row.firstPartMs = firstPartMs === null ? null : Math.round(firstPartMs);
      row.durationMs = Math.round(durationMs);
      if (cache) {
        row.cache = cache.way;
        row.cacheAgeMs = Math.round(cache.ageMs);
        row.savedUsd = cache.savedUsd;
      }
      rows.put(row);
      if (row.inputTokens) span.set("gen_ai.usage.input_tokens", row.inputTokens);
      if (row.outputTokens) span.set("gen_ai.usage.output_tokens", row.outputTokens);
      if (outcome.errorKind) span.fail(outcome.errorKind);
      span.end();
    }
    const record: CallRecord = {
      id: row.id,
      retries: 0,
      onRetry() {
        record.retries += 1;
      },
      onFirstPart() {
        firstPartMs ??= performance.now() - startedAt;
      },
      hasBegun: () => firstPartMs !== null,
      done: (spent) => settle({ status: "done", errorKind: null, ...spent }),
      failed: ({ kind, interrupted }, spent) =>
        settle({ status: interrupted ? "interrupted" : "failed", errorKind: kind, ...spent }),
      cancelled: (spent) => settle({ status: "cancelled", errorKind: null, ...spent }),
      fromCache: (cache) =>
        settle({ status: "done", errorKind: null, usage: null, costUsd: 0, estimated: false }, cache),
    };
    return record;
  }

  return { begin, drain: rows.drain };
}

/** Marks calls as lost whose server died in the middle. Returns how many. */
export async function sweepLostCalls(db: Database, olderThanMs = 60 * 60 * 1000): Promise<number> {
  const before = new Date(Date.now() - olderThanMs).toISOString();
  return db.system(async (tx) => {
    const swept = await tx
      .update(modelCalls)
      .set({ status: "lost" })
      .where(and(eq(modelCalls.status, "running"), lt(modelCalls.startedAt, before)));
    return swept.rowCount ?? 0;
  });
}
