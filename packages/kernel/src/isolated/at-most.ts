/**
 * Lets at most `places` pieces of work run at once; the others wait in order.
 * @returns a function that runs one piece when its turn comes and passes on its result or error
 */
export function atMost(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      return await work();
    } finally {
      // The place goes to the next in the row, or back to the free ones.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
