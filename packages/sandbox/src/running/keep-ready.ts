interface Keeping<Settings, Thing> {
  start(settings: Settings): Promise<Thing>;
  end(thing: Thing): Promise<unknown>;
  /** Resolves when it has ended by itself, or been ended. */
  ended(thing: Thing): Promise<unknown>;
  /** False for one whose end is not told yet. */
  isAlive(thing: Thing): boolean;
  /** One that nobody takes ends after so long; 0: none waits. */
  waitMs: number;
  /** What has just been taken is left in peace for so long before the next one is started. */
  restMs: number;
}

/**
 * Keeps one started thing waiting, so that the next run begins at once. It goes to its run and never comes back. The first
 * is started by the first run.
 */
export function keepReady<Settings, Thing>(keeping: Keeping<Settings, Thing>) {
  interface Waiting {
    settings: Settings;
    /** Null: it could not be started. */
    thing: Promise<Thing | null>;
    timer: NodeJS.Timeout;
  }
  const { start, end, ended, isAlive, waitMs, restMs } = keeping;
  let waiting: Waiting | null = null;
  let open = true;

  function fetch(): Waiting | null {
    const found = waiting;
    waiting = null;
    clearTimeout(found?.timer);
    return found;
  }
  async function drop(found = fetch()): Promise<void> {
    const thing = await found?.thing;
    if (thing) await end(thing);
  }
  function keepOne(settings: Settings): void {
    if (!open || waitMs === 0 || waiting !== null) return;
    const thing = start(settings).catch(() => null);
    const entry = { settings, thing, timer: setTimeout(() => void drop(), waitMs).unref() };
    waiting = entry;
    void thing.then(async (started) => {
      if (started) await ended(started);
      // It died while it waited, or did not start: the next run starts its own.
      if (waiting === entry) void drop();
    });
  }
  async function takeWaiting(settings: Settings): Promise<Thing | null> {
    const found = fetch();
    if (found !== null && found.settings !== settings) {
      void drop(found);
      return null;
    }
    const thing = (await found?.thing) ?? null;
    if (thing === null || isAlive(thing)) return thing;
    void end(thing);
    return null;
  }

  return {
    /** A started one that nobody else has used. Rejects when none can be started. */
    async take(settings: Settings): Promise<Thing> {
      const thing = (await takeWaiting(settings)) ?? (await start(settings));
      if (restMs === 0) keepOne(settings);
      else setTimeout(() => keepOne(settings), restMs).unref();
      return thing;
    },
    async close(): Promise<void> {
      open = false;
      await drop();
    },
  };
}
