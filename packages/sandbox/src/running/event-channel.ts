import type { RunEvent } from "../sandbox.ts";

/** Joined output does not grow beyond this. */
const longestText = 64 * 1024;

/** Events from a run to whoever iterates. Output that nobody has taken yet is joined to one event per stream. */
export function eventChannel(): {
  push(event: RunEvent): void;
  end(): void;
  fail(error: unknown): void;
  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined>;
} {
  const waiting: RunEvent[] = [];
  let ended = false;
  let failure: { error: unknown } | null = null;
  let wake = () => {};
  return {
    push(event) {
      const last = waiting.at(-1);
      if (
        event.type === "output" &&
        last?.type === "output" &&
        last.stream === event.stream &&
        last.text.length < longestText
      ) {
        last.text += event.text;
      } else if (event.type === "queued" && last?.type === "queued") {
        last.position = event.position;
      } else {
        waiting.push(event);
      }
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    fail(error) {
      failure = { error };
      ended = true;
      wake();
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        for (;;) {
          const event = waiting.shift();
          if (event !== undefined) return { done: false, value: event };
          if (failure !== null) throw failure.error;
          if (ended) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    }),
  };
}
