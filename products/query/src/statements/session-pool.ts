import type { Session } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";

/** Logins of one connection that this server holds at once; who comes then waits. */
const mostPerConnection = 6;
const idleMilliseconds = 60_000;

/** A login for one piece of work. */
export interface SessionLease {
  session: Session;
  /** It was idle before: the database may have ended it in the meantime. */
  isReused: boolean;
  /** Gives it back; with `keep: false` it is closed, as it must be after anything that may have left it broken. */
  release(keep: boolean): void;
}

export type SessionPool = ReturnType<typeof createSessionPool>;

interface Place {
  open: number;
  idle: { session: Session; timer: NodeJS.Timeout }[];
  waiting: (() => void)[];
}

/**
 * Keeps logins open for a minute after their last use, so that the next statement need not log in. A connection that was
 * changed has another version, and with it a place of its own.
 */
export function createSessionPool(
  open: (row: ConnectionRow, signal: AbortSignal) => Promise<Session>,
  onError: (error: unknown) => void,
) {
  const places = new Map<string, Place>();
  let closed = false;

  function close(key: string, place: Place, session: Session): void {
    place.open -= 1;
    place.waiting.shift()?.();
    if (place.open === 0 && place.waiting.length === 0) places.delete(key);
    session.close().catch(onError);
  }

  async function turn(place: Place, signal: AbortSignal): Promise<void> {
    while (place.open >= mostPerConnection && place.idle.length === 0) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stop = () => reject(new Error("stopped while waiting for a login"));
      signal.addEventListener("abort", stop, { once: true });
      place.waiting.push(resolve);
      await promise.finally(() => {
        signal.removeEventListener("abort", stop);
        place.waiting = place.waiting.filter((each) => each !== resolve);
      });
    }
  }

  return {
    /** @throws ConnectionFailure when a new login is needed and cannot be had; whatever the signal's end brings */
    async take(row: ConnectionRow, signal: AbortSignal): Promise<SessionLease> {
      const key = `${row.id}:${row.version}`;
      const place = places.get(key) ?? { open: 0, idle: [], waiting: [] };
      places.set(key, place);
      await turn(place, signal);
      const kept = place.idle.pop();
      if (kept) clearTimeout(kept.timer);
      else place.open += 1;
      const session =
        kept?.session ??
        (await open(row, signal).catch((error: unknown) => {
          place.open -= 1;
          place.waiting.shift()?.();
          throw error;
        }));
      return {
        session,
        isReused: kept !== undefined,
        release(keep) {
          if (!keep || closed) return close(key, place, session);
          const timer = setTimeout(() => {
            place.idle = place.idle.filter((each) => each.session !== session);
            close(key, place, session);
          }, idleMilliseconds);
          timer.unref();
          place.idle.push({ session, timer });
          place.waiting.shift()?.();
        },
      };
    },
    /** Closes what is idle; what works is closed when it is given back. */
    closeIdle(): void {
      closed = true;
      for (const [key, place] of places) {
        for (const { session, timer } of place.idle.splice(0)) {
          clearTimeout(timer);
          close(key, place, session);
        }
      }
    },
  };
}
