import { createGivingUp } from "../engines/giving-up.ts";

/**
 * The same items; but when the source has not ended `milliseconds` after the signal's abort, it is left behind.
 * @throws Error in that case
 */
export async function* untilStopped<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  milliseconds: number,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const { race, giveUp } = createGivingUp();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => giveUp(new Error("it did not stop when it was told to")), milliseconds);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  let isOver = false;
  try {
    for (;;) {
      const item = await race(iterator.next());
      if (item.done) {
        isOver = true;
        return;
      }
      yield item.value;
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // Whoever reads has had enough: the source may clean up, which nobody waits for.
    if (!isOver) void iterator.return?.().catch(() => undefined);
  }
}
