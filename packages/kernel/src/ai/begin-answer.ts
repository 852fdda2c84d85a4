import { setTimeout as wait } from "node:timers/promises";
import type { ModelFailed } from "./failures.ts";
import type { AnswerPart } from "./read-answer.ts";
import type { TimeLimits } from "./time-limits.ts";

const mostRetries = 2;
/** A provider that asks for more patience than this gets none: the caller is told instead. */
const longestDelayMs = 10_000;

export type Answer = AsyncGenerator<AnswerPart, void, undefined>;

export interface Attempts<T> {
  attempt: (limits: TimeLimits) => T;
  explain: (error: unknown) => ModelFailed;
  /** The limit to the first part holds for all attempts together. */
  limits: TimeLimits;
  signal: AbortSignal | undefined;
  onRetry: () => void;
}

/** Whether the same model may answer when it is asked again soon. */
export function isWorthAnotherAttempt({ isTransient, retryAfterSeconds = 0 }: ModelFailed): boolean {
  return isTransient && retryAfterSeconds * 1000 <= longestDelayMs;
}

/**
 * Opens an answer and reads its first part, as often as `tryAgain` finds it sensible: nothing has been given out yet.
 * @throws as `tryAgain`
 */
export async function beginAnswer({ attempt, ...rest }: Attempts<Answer>): Promise<Answer> {
  return tryAgain({
    ...rest,
    async attempt(limits) {
      const parts = attempt(limits);
      return startingWith(await parts.next(), parts);
    },
  });
}

/**
 * Tries again, after a random wait or the one that the provider asked for, where the failure is one that passes.
 * @throws ModelFailed, or the raw error once `signal` is aborted
 */
export async function tryAgain<T>({ attempt, explain, limits, signal, onRetry }: Attempts<Promise<T>>): Promise<T> {
  const deadline = performance.now() + limits.firstPartMs;
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt({ ...limits, firstPartMs: Math.max(1, deadline - performance.now()) });
    } catch (error) {
      if (signal?.aborted) throw error;
      const failed = explain(error);
      const delay = delayBefore(retries, failed.retryAfterSeconds, limits.retryDelayMs);
      const isWorthIt = isWorthAnotherAttempt(failed) && performance.now() + delay < deadline;
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
