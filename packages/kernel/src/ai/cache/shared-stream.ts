/**
 * One run of a source that several readers follow from its beginning, each at its own pace. The source goes on as long
 * as anybody reads; `abort` is called when the last one has left before its end.
 */
export interface SharedStream<T> {
  read(signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined>;
  /** Whether a new reader can still join: it has not failed, and was not given up. */
  isOpen(): boolean;
}

/** Starts the source at once. @param onEnd called when it has ended, whatever its end */
export function shareStream<T>(source: AsyncIterable<T>, abort: () => void, onEnd: () => void): SharedStream<T> {
  const items: T[] = [];
  let end: { error: unknown } | "done" | null = null;
  let readers = 0;
  let isGivenUp = false;
  let news = Promise.withResolvers<void>();

  const tell = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  async function run(): Promise<void> {
    try {
      for await (const item of source) {
        items.push(item);
        tell();
      }
      end = "done";
    } catch (error) {
      end = { error };
    }
    onEnd();
    tell();
  }
  void run();

  return {
    isOpen: () => !isGivenUp && (end === null || end === "done"),
    async *read(signal) {
      readers += 1;
      const aborted = signal && whenAborted(signal);
      try {
        for (let at = 0; ;) {
          signal?.throwIfAborted();
          const item = items[at];
          if (item !== undefined) {
            at += 1;
            yield item;
          } else if (end === "done") return;
          else if (end) throw end.error;
          else await (aborted ? Promise.race([news.promise, aborted.promise]) : news.promise);
        }
      } finally {
        aborted?.stop();
        readers -= 1;
        if (readers === 0 && end === null) {
          isGivenUp = true;
          abort();
        }
      }
    },
  };
}

/** Resolves when the signal is aborted; `stop` takes the listener away. */
function whenAborted(signal: AbortSignal): { promise: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = () => resolve();
  signal.addEventListener("abort", listener);
  return { promise, stop: () => signal.removeEventListener("abort", listener) };
}
