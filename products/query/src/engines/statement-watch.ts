import { StatementFailure } from "./engine.ts";
import { createGivingUp } from "./giving-up.ts";

/** Sees to it that a statement ends when its time is up or a person gives it up, whatever the database and the network do. */
export interface StatementWatch {
  /** Waits for the database, but no longer than `graceMs` after the statement was told to end. */
  race<T>(work: Promise<T>): Promise<T>;
  /** @throws StatementFailure once the statement was told to end, also when what was read before could still be passed on */
  check(): void;
  /** Why the statement was told to end; null: it was not. */
  reason(): "cancelled" | "time" | null;
  /** Ends the watch, once the database has heard of a cancel that is on its way. */
  stop(): Promise<void>;
}

/** From telling the database to end a statement to giving the connection up. */
const graceMs = 900;
/** The database's own time limit is given the chance to strike first: it knows better where the time went. */
const beyondOwnLimitMs = 300;

/**
 * @param cancel ends the statement in the database, over another connection
 * @param abandon destroys the connection of a statement that does not end
 */
export function watchStatement(
  { seconds, signal }: { seconds: number; signal: AbortSignal },
  cancel: () => Promise<void>,
  abandon: () => void,
): StatementWatch {
  let reason: "cancelled" | "time" | null = null;
  let cancelling: Promise<void> = Promise.resolve();
  const { race, giveUp } = createGivingUp();
  let giveUpTimer: NodeJS.Timeout | undefined;
  const end = (why: "cancelled" | "time") => {
    if (reason !== null) return;
    reason = why;
    cancelling = cancel().catch(() => undefined);
    giveUpTimer = setTimeout(() => {
      abandon();
      giveUp(watchFailure(why));
    }, graceMs);
  };
  const check = () => {
    if (reason !== null) throw watchFailure(reason);
  };
  const onAbort = () => end("cancelled");
  const timer = setTimeout(() => end("time"), seconds * 1000 + beyondOwnLimitMs);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    async race(work) {
      const result = await race(work);
      // Told to end between two steps the database had nothing to end: the next step must not begin.
      check();
      return result;
    },
    check,
    reason: () => reason,
    async stop() {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
      clearTimeout(giveUpTimer);
      if (reason !== null) await cancelling;
    },
  };
}

/** What a person reads of a statement that was told to end. */
export function watchFailure(reason: "cancelled" | "time", cause?: unknown): StatementFailure {
  const message =
    reason === "cancelled" ? "The statement was cancelled." : "The statement took longer than it may and was ended.";
  return new StatementFailure(reason, message, { cause });
}
