/**
 * One write at a time: what comes while one is under way goes into the next, so the rate of writes adapts to the database.
 * After a write has failed nothing more is taken.
 */
export function writeInTurns<Part>(write: (parts: Part[]) => Promise<void>, onFailure: (error: unknown) => void) {
  let waiting: Part[] = [];
  let failed = false;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const parts = waiting;
      waiting = [];
      await write(parts);
    }
  }

  function begin(): void {
    if (writing || failed || waiting.length === 0) return;
    writing = writeAll()
      .catch((error) => {
        failed = true;
        onFailure(error);
      })
      .finally(() => {
        writing = undefined;
        begin();
      });
  }

  return {
    /** @param join adds the part to the last one that waits, where the two can be one; says whether it did */
    push(part: Part, join: (last: Part) => boolean): void {
      if (failed) return;
      const last = waiting.at(-1);
      if (last === undefined || !join(last)) waiting.push(part);
      begin();
    },
    /** Resolves when everything that was pushed is stored, or could not be. */
    async settled(): Promise<void> {
      for (let current = writing; current; current = writing) await current;
    },
  };
}
