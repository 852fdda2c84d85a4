import { StatementFailure } from "./engine.ts";

/** Lets one piece of work use a login at a time; a second one is told so instead of getting between its messages. */
export function oneAtATime() {
  let busy = false;
  const enter = () => {
    if (busy) throw new StatementFailure("other", "This login is in use. Open another one for work beside it.");
    busy = true;
  };
  return {
    async alone<T>(work: () => Promise<T>): Promise<T> {
      enter();
      try {
        return await work();
      } finally {
        busy = false;
      }
    },
    async *streamAlone<T>(work: () => AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
      enter();
      try {
        yield* work();
      } finally {
        busy = false;
      }
    },
  };
}
