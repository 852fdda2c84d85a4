import { z } from "zod";
import type { JobsContext, StoredJob } from "./context.ts";
import { settingsOf } from "./define-job.ts";
import { openProgress } from "./progress.ts";

/** An attempt that this server has taken. */
export interface Claim {
  id: string;
  attempt: number;
  stored: StoredJob;
  workspaceId: string | null;
  userId: string | null;
  abort: AbortController;
}

/** Why a running attempt is told to stop; the reason of its signal. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly kind: "cancelled" | "timed_out" | "stopping" | "lost";

  constructor(kind: Interruption["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Milliseconds that a handler gets to give up after its signal. */
const patience = 5_000;

/**
 * Runs the handler once, within its time limit. Resolves when the attempt counts as done; rejects with the handler's
 * error, or with the interruption. A handler that ignores its signal is left behind after five seconds:
 * `abandoned` is then called with its promise.
 */
export async function runAttempt(
  context: JobsContext,
  claim: Claim,
  abandoned: (leftover: Promise<unknown>) => void,
): Promise<void> {
  const definition = context.definitions.get(claim.stored.job);
  if (!definition) throw new Error(`This server does not know the job ${claim.stored.job}.`);
  const payload = definition.payload.safeParse(claim.stored.payload);
  if (!payload.success) throw new Error(`Its payload does not fit: ${z.prettifyError(payload.error)}`);
  const { timeoutSeconds } = settingsOf(definition);
  const { signal } = claim.abort;

  const limit = setTimeout(() => {
    claim.abort.abort(new Interruption("timed_out", `It ran longer than its limit of ${timeoutSeconds} s.`));
  }, timeoutSeconds * 1000);
  const progress = openProgress(context, claim.id);
  const handling = Promise.resolve().then(() =>
    definition.handler({
      jobId: claim.id,
      payload: payload.data,
      workspaceId: claim.workspaceId,
      userId: claim.userId,
      attempt: claim.attempt,
      signal,
      progress: progress.report,
    }),
  );
  try {
    if (!(await settledOrImpatient(handling, signal))) abandoned(handling);
    signal.throwIfAborted();
    await handling;
  } finally {
    clearTimeout(limit);
    await progress.close();
  }
}

/** True when the handler settled; false when it went on for too long after its signal. */
async function settledOrImpatient(handling: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const { promise: impatient, resolve: giveUp } = Promise.withResolvers<false>();
  const startTimer = () => {
    timer = setTimeout(() => giveUp(false), patience);
  };
  if (signal.aborted) startTimer();
  else signal.addEventListener("abort", startTimer, { once: true });
  try {
    return await Promise.race([
      handling.then(
        () => true,
        () => true,
      ),
      impatient,
    ]);
  } finally {
    signal.removeEventListener("abort", startTimer);
    clearTimeout(timer);
  }
}
