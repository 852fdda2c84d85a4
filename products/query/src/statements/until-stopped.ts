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
  const { promise: leftBehind, reject } = Promise.withResolvers<never>();
  leftBehind.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(new Error("it did not stop when it was told to")), milliseconds);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  let isOver = false;
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => undefined);
      const item = await Promise.race([next, leftBehind]);
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
