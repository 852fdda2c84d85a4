import { setTimeout as wait } from "node:timers/promises";
import type { ModelFailed } from "./failures.ts";
import type { AnswerPart } from "./read-answer.ts";
import type { TimeLimits } from "./time-limits.ts";

const mostRetries = 2;
/** A provider that asks for more patience than this gets none: the caller is told instead. */
const longestDelayMs = 10_000;

export type Answer = AsyncGenerator<AnswerPart, void, undefined>;

export interface AnswerBeginning {
  attempt: (limits: TimeLimits) => Answer;
  explain: (error: unknown) => ModelFailed;
  /** The limit to the first part holds for all attempts together. */
  limits: TimeLimits;
  signal: AbortSignal | undefined;
  onRetry: () => void;
}

/**
 * Opens an answer and reads its first part. Tries again, after a random wait or the one that the provider asked for,
 * where that is safe and sensible: nothing has been given out yet, and the failure is one that passes.
 * @throws ModelFailed, or the raw error once `signal` is aborted
 */
export async function beginAnswer({ attempt, explain, limits, signal, onRetry }: AnswerBeginning): Promise<Answer> {
  const deadline = performance.now() + limits.firstPartMs;
  for (let retries = 0; ; retries += 1) {
    const parts = attempt({ ...limits, firstPartMs: Math.max(1, deadline - performance.now()) });
    try {
      return startingWith(await parts.next(), parts);
    } catch (error) {
      if (signal?.aborted) throw error;
      const failed = explain(error);
      const delay = delayBefore(retries, failed.retryAfterSeconds, limits.retryDelayMs);
      const isWorthIt = failed.isTransient && delay <= longestDelayMs && performance.now() + delay < deadline;
      if (!isWorthIt || retries === mostRetries) throw failed;
      onRetry();
      await wait(delay, undefined, signal && { signal });
    }
  }
}

/** Random, so that many callers do not return all at once. In milliseconds. */
function delayBefore(retries: number, retryAfterSeconds: number | undefined, retryDelayMs: number): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1000 + Math.random() * 250;
  return Math.random() * retryDelayMs * 2 ** retries;
}

async function* startingWith(first: IteratorResult<AnswerPart, void>, rest: Answer): Answer {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    // Left at the first part, `rest` has not been entered yet and would stay open.
    await rest.return();
  }
}
