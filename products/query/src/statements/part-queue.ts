/** Parts that are kept until somebody reads them; each reader begins with the first. */
export function createPartQueue<T>() {
  const parts: T[] = [];
  let isOver = false;
  let more = Promise.withResolvers<void>();
  const wake = () => {
    more.resolve();
    more = Promise.withResolvers();
  };
  return {
    push(part: T): void {
      parts.push(part);
      wake();
    },
    end(part: T): void {
      parts.push(part);
      isOver = true;
      wake();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<T> {
      for (let at = 0; ; at += 1) {
        while (at >= parts.length) {
          if (isOver) return;
          await more.promise;
        }
        yield parts[at] as T;
      }
    },
  };
}
