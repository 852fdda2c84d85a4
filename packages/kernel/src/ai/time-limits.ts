import { TookTooLong } from "./provider-errors.ts";

export interface TimeLimits {
  /** From the request to the first part of the answer, retries included. */
  firstPartMs: number;
  /** Silence on the connection. Providers send pings while a model thinks, so there may be longer between parts ... */
  silenceMs: number;
  /** ... but not longer than this. */
  betweenPartsMs: number;
  /** From the request to the end of an answer that comes as one piece: nothing shows before that it is being written. */
  wholeMs: number;
  /** The same for models that think unseen, and for servers of one's own, which may be slow. */
  slowWholeMs: number;
  /** The longest wait before the first retry; before the second one it doubles. The real one is random below it. */
  retryDelayMs: number;
}

export const usualTimeLimits: TimeLimits = {
  firstPartMs: 60_000,
  silenceMs: 45_000,
  betweenPartsMs: 180_000,
  // OpenAI's clients wait 10 minutes by themselves: half of it leaves time for another model, 9 minutes for a clear error.
  wholeMs: 5 * 60_000,
  slowWholeMs: 9 * 60_000,
  retryDelayMs: 400,
};

export interface Watch {
  /** Bytes arrived. */
  onBytes(): void;
  /** A part of the answer arrived. */
  onPart(): void;
  stop(): void;
}

/**
 * Calls `onLate` once when a limit passes. One timer per call, moved only when it fires: a stream of thousands of parts
 * sets thousands of numbers, not timers.
 */
export function watchTime(limits: TimeLimits, onLate: (reason: TookTooLong) => void): Watch {
  const startedAt = performance.now();
  let bytesAt = startedAt;
  let partAt: number | null = null;
  const deadline = (): number =>
    partAt === null
      ? startedAt + limits.firstPartMs
      : Math.min(bytesAt + limits.silenceMs, partAt + limits.betweenPartsMs);
  let timer = setTimeout(check, limits.firstPartMs);
  function check(): void {
    const left = deadline() - performance.now();
    if (left > 0) timer = setTimeout(check, left + 1);
    else if (partAt === null) onLate(new TookTooLong("first", limits.firstPartMs));
    else onLate(new TookTooLong("next", performance.now() - partAt));
  }
  return {
    onBytes() {
      bytesAt = performance.now();
    },
    onPart() {
      const isFirst = partAt === null;
      partAt = bytesAt = performance.now();
      // The limit between parts may end before the timer that was set for the first one.
      if (isFirst) {
        clearTimeout(timer);
        timer = setTimeout(check, deadline() - partAt);
      }
    },
    stop: () => clearTimeout(timer),
  };
}
