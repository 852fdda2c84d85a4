import { and, eq, lt } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import type { KeySource } from "./connection.ts";
import type { FailureKind } from "./explain-failure.ts";
import type { ModelMetrics } from "./metrics.ts";
import type { Usage } from "./price.ts";
import { type CallStatus, modelCalls } from "./schema.ts";

/** What is known of a call when it begins. */
export interface CallStart {
  workspaceId: string;
  id: string;
  userId: string | null;
  product: string;
  provider: string;
  model: string;
  keySource: KeySource;
}

/** What came of it. */
export interface CallOutcome {
  status: Exclude<CallStatus, "running" | "lost">;
  errorKind: FailureKind | null;
  retries: number;
  usage: Usage | null;
  costUsd: number | null;
  firstPartMs: number | null;
  durationMs: number;
}

/** Writes `kernel.model_calls` beside the calls, so that no answer waits for the record of it. */
export interface CallRecorder {
  /** Notes that a call begins; the returned function, called once, notes how it ended. */
  begin(call: CallStart): (outcome: CallOutcome) => void;
  /** Resolves when everything noted so far is written. */
  drain(): Promise<void>;
}

/** `onError` hears of records that could not be written; the answer itself goes on. */
export function recordCalls(db: Database, metrics: ModelMetrics, onError: (error: unknown) => void): CallRecorder {
  const pending = new Set<Promise<void>>();
  const write = (work: Promise<void>): Promise<void> => {
    const done: Promise<void> = work.catch(onError).finally(() => pending.delete(done));
    pending.add(done);
    return done;
  };
  return {
    begin(call) {
      const startedAt = new Date().toISOString();
      const tenant = { workspaceId: call.workspaceId, ...(call.userId !== null && { userId: call.userId }) };
      const row = { ...call, status: "running" as CallStatus, retries: 0, startedAt };
      const begun = write(
        db.withWorkspace(tenant, async (tx) => void (await tx.insert(modelCalls).values(row)), {
          relaxedDurability: true,
        }),
      );
      return ({ usage, ...outcome }) => {
        metrics.observe(call, { usage, ...outcome });
        const settled = {
          ...outcome,
          firstPartMs: outcome.firstPartMs === null ? null : Math.round(outcome.firstPartMs),
          durationMs: Math.round(outcome.durationMs),
          inputTokens: usage?.inputTokens ?? null,
          outputTokens: usage?.outputTokens ?? null,
          reasoningTokens: usage?.reasoningTokens ?? null,
          cachedInputTokens: usage?.cachedInputTokens ?? null,
        };
        const settle = async () => {
          await begun;
          // An upsert, should the first record not have been written.
          await db.withWorkspace(
            tenant,
            async (tx) => {
              await tx
                .insert(modelCalls)
                .values({ ...row, ...settled })
                .onConflictDoUpdate({ target: [modelCalls.workspaceId, modelCalls.id], set: settled });
            },
            { relaxedDurability: true },
          );
        };
        void write(settle());
      };
    },
    async drain() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
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
