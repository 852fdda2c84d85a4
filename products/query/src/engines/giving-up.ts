/**
 * A failure that may end whatever is waited for, over and over during a long work. `Promise.race` against one promise that stays open would do
 * the same, and keep what every race gave for as long as that promise lives: all rows of a result.
 */
export function createGivingUp() {
  let failure: Error | null = null;
  const waiting = new Set<(error: Error) => void>();
  return {
    /** Ends what is being waited for, and all that comes later. */
    giveUp(error: Error): void {
      failure ??= error;
      for (const reject of waiting) reject(error);
      waiting.clear();
    },
    /** What the work gives, unless it was given up before. */
    race<T>(work: Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        if (failure !== null) reject(failure);
        else waiting.add(reject);
        // After another end this says nothing any more, and nobody takes a failure for a lost one.
        void work.then(resolve, reject).then(() => waiting.delete(reject));
      });
    },
  };
}
