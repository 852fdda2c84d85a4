import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { LRUCache } from "lru-cache";
import type { FailureKind } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";

/** So many calls in a row that failed by the provider's fault open the circuit ... */
const failuresInARow = 5;
/** ... for so long; then one call tries whether it is well again. */
export const openForMs = 10_000;

// A wrong key, an unknown model or a limit of one key says nothing about the provider's health.
const providersFault: ReadonlySet<FailureKind> = new Set(["overloaded", "unreachable", "timeout", "bad_answer", "cut"]);

/** Circuit breakers per address and model; finds or makes one. */
export function keepBreakers(): (baseUrl: string, model: string) => CircuitBreakerPolicy {
  // Bounded: people can name servers and models at will.
  const breakers = new LRUCache<string, CircuitBreakerPolicy>({ max: 1000 });
  return (baseUrl, model) => {
    const key = `${baseUrl} ${model}`;
    const kept = breakers.get(key);
    if (kept) return kept;
    const made = circuitBreaker(
      handleWhen((error) => error instanceof ModelFailed && providersFault.has(error.kind)),
      { halfOpenAfter: openForMs, breaker: new ConsecutiveBreaker(failuresInARow) },
    );
    breakers.set(key, made);
    return made;
  };
}
