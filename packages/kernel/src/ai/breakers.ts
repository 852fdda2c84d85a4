import { type CircuitBreakerPolicy, circuitBreaker, handleWhen } from "cockatiel";
import { LRUCache } from "lru-cache";
import type { FailureKind } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";

/** So many calls in a row that failed by the provider's fault open the circuit ... */
const failuresInARow = 5;
/** ... for so long; then one call tries whether it is well again. */
export const openForMs = 10_000;

// A wrong key, an unknown model or a limit of one key says nothing about the provider's health.
const providersFault: ReadonlySet<FailureKind> = new Set(["overloaded", "unreachable", "timeout", "bad_answer", "cut"]);

/** One circuit. An answer that begins says little yet: only one that ends whole counts as well. */
export interface Breaker {
  /** Runs what opens an answer, or the whole call. @throws BrokenCircuitError while the circuit is open */
  execute<T>(run: () => Promise<T>): Promise<T>;
  /** The answer has come to its end. */
  onWhole(): void;
  /** The answer has broken off in the middle, after `execute` had succeeded. */
  onCut(failed: ModelFailed): void;
}

function makeBreaker(): Breaker {
  let inARow = 0;
  const policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof ModelFailed && providersFault.has(error.kind)),
    {
      halfOpenAfter: openForMs,
      breaker: {
        state: null,
        success: () => undefined,
        failure: () => {
          inARow += 1;
          return inARow >= failuresInARow;
        },
      },
    },
  );
  return {
    execute: (run) => policy.execute(run),
    onWhole() {
      inARow = 0;
    },
    onCut(failed) {
      policy.execute(() => Promise.reject(failed)).catch(() => undefined);
    },
  };
}

/** Circuit breakers per address and model; finds or makes one. */
export function keepBreakers(): (baseUrl: string, model: string) => Breaker {
  // Bounded: people can name servers and models at will.
  const breakers = new LRUCache<string, Breaker>({ max: 1000 });
  return (baseUrl, model) => {
    const key = `${baseUrl} ${model}`;
    const kept = breakers.get(key);
    if (kept) return kept;
    const made = makeBreaker();
    breakers.set(key, made);
    return made;
  };
}
