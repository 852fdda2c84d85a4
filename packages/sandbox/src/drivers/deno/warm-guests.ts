import type { Guest } from "./guest.ts";

type Start = (language: Guest["language"], memoryBytes: number) => Promise<Guest>;

/**
 * Keeps one started guest per language waiting, so that the next run begins at once. A guest leaves to its run and never
 * comes back. The first is started by the first run; those that nobody fetches end after `idleMs`.
 */
export function warmGuests(start: Start, idleMs: number) {
  interface Waiting {
    memoryBytes: number;
    guest: Promise<Guest | undefined>;
    timer: NodeJS.Timeout;
  }
  const waiting = new Map<Guest["language"], Waiting>();
  let open = true;

  function drop(language: Guest["language"]): Promise<void> {
    const found = waiting.get(language);
    waiting.delete(language);
    clearTimeout(found?.timer);
    return found ? found.guest.then((guest) => guest?.kill()) : Promise.resolve();
  }
  function keepOne(language: Guest["language"], memoryBytes: number): void {
    if (!open || idleMs === 0 || waiting.has(language)) return;
    const guest = start(language, memoryBytes).catch(() => undefined);
    const timer = setTimeout(() => void drop(language), idleMs).unref();
    const entry = { memoryBytes, guest, timer };
    waiting.set(language, entry);
    void guest.then(async (started) => {
      await started?.exited;
      // It died while it waited, or did not start: the next run starts its own.
      if (waiting.get(language) === entry) void drop(language);
    });
  }

  return {
    /** A started guest that nobody else has used. */
    async take(language: Guest["language"], memoryBytes: number): Promise<Guest> {
      const found = waiting.get(language);
      if (found?.memoryBytes === memoryBytes) {
        waiting.delete(language);
        clearTimeout(found.timer);
        const guest = await found.guest;
        keepOne(language, memoryBytes);
        if (guest) return guest;
      } else void drop(language);
      const guest = await start(language, memoryBytes);
      keepOne(language, memoryBytes);
      return guest;
    },
    async close(): Promise<void> {
      open = false;
      await Promise.all([...waiting.keys()].map(drop));
    },
  };
}
