import { setTimeout as sleep } from "node:timers/promises";
import type { JobQueue } from "@mindmesh/contracts/jobs";
import { storableText } from "../db/index.ts";
import type { JobsContext } from "./context.ts";
import { type Claim, Interruption } from "./run-attempt.ts";

/** The library acts on this attempt only: one that another worker has taken over is left alone. */
function fence(claim: Claim) {
  return { id: claim.id, retryCount: claim.attempt - 1 };
}

/** Records how the attempts of one queue ended. */
export function openSettlement(context: JobsContext, queue: JobQueue) {
  let waiting: { claim: Claim; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing = false;

  // Those that end while a statement is under way share the next one.
  async function writeDone(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await persist(() =>
          context.boss.complete(
            queue,
            batch.map(({ claim }) => fence(claim)),
          ),
        );
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = false;
  }

  return {
    done(claim: Claim): Promise<void> {
      return new Promise((resolve, reject) => {
        waiting.push({ claim, resolve, reject });
        void writeDone();
      });
    },
    /** Queues the next attempt, or makes the job a dead letter after the last one. */
    async failed(claim: Claim, error: unknown): Promise<void> {
      // Cancelled or taken over: the claim is gone, and nothing is left to record.
      if (error instanceof Interruption && (error.kind === "cancelled" || error.kind === "lost")) return;
      context.onError(new Error(`job ${claim.stored.job} ${claim.id}, attempt ${claim.attempt}`, { cause: error }));
      const message = storableText(error instanceof Error ? error.message : String(error)).slice(0, 2_000);
      await persist(() => recordError(context, claim.id, claim.attempt, message));
      await persist(() => context.boss.fail(queue, fence(claim), { message }));
    },
  };
}

/** Outlives a short loss of the database; given up, the heartbeat lapses and the job runs again elsewhere. */
async function persist(write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await write();
      return;
    } catch (error) {
      if (attempt === 8) throw error;
      await sleep(250 * attempt);
    }
  }
}

async function recordError(context: JobsContext, jobId: string, attempt: number, message: string): Promise<void> {
  await context.db.pool.query({
    name: "jobs.record-error",
    text: `UPDATE kernel.jobs SET progress = 0, progress_text = NULL, errors = CASE
             WHEN errors @> jsonb_build_array(jsonb_build_object('attempt', $2::int)) THEN errors
             ELSE errors || jsonb_build_object('attempt', $2::int, 'at', now(), 'message', $3::text) END
           WHERE id = $1`,
    values: [jobId, attempt, message],
  });
}

/** Prepares the attempt after `failedAttempt`: says so where a crash left that one without a record. */
export async function beginAgain(context: JobsContext, jobId: string, failedAttempt: number): Promise<void> {
  await recordError(context, jobId, failedAttempt, lostAttempt);
}

export const lostAttempt = "The server that ran it stopped before it was done.";
