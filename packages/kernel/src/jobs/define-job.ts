import type { JobQueue } from "@mindmesh/contracts/jobs";
import { z } from "zod";

/** What is needed to enqueue a job; the handler may live elsewhere. */
export interface JobSpec<Payload extends z.ZodType = z.ZodType> {
  /** `<owner>.<what>`, for example `chat.import`. Never renamed while jobs of the old name may be waiting. */
  name: string;
  /** Ids and settings, never secrets and never a person's text: administrators see it. */
  payload: Payload;
  /** Each queue has slots of its own, so that many low jobs never delay a high one. `normal` unless told. */
  queue?: JobQueue;
  /** Runs before it counts as dead, the first one included; 5 unless told. A run cut off by a crash counts. */
  maxAttempts?: number;
  /** Waits `firstSeconds` to twice that before the second attempt, then doubling up to `maxSeconds`; 5 and 600. */
  backoff?: { firstSeconds: number; maxSeconds: number };
  /** Longest run of one attempt, 1 s to 23 h; 300 s unless told. */
  timeoutSeconds?: number;
}

/** One attempt, as its handler sees it. */
export interface JobRun<Payload> {
  jobId: string;
  payload: Payload;
  /** Null for the server's own jobs. */
  workspaceId: string | null;
  /** Who caused it; null for the server's own jobs and when the account is gone. */
  userId: string | null;
  /** 1 for the first. */
  attempt: number;
  /**
   * Aborted when the job is cancelled, passes its time limit, or the server stops. The handler must then give up soon;
   * whatever it returns afterwards does not count as done.
   */
  signal: AbortSignal;
  /** Reports the share done (0 to 1) and what is going on. Cheap: written at most twice a second. */
  progress(share: number, text?: string): void;
}

export interface Job<Payload extends z.ZodType = z.ZodType> extends JobSpec<Payload> {
  /** Runs it by itself: five cron fields in a time zone (UTC unless told). Missed times are made up for once. */
  schedule?: { cron: string; timezone?: string; payload: z.input<Payload> };
  /**
   * Does the work. A job runs at least once: after a crash between the work and its record it runs again, so that the
   * handler must bear repetition. Throwing is a failed attempt.
   */
  handler(run: JobRun<z.output<Payload>>): Promise<unknown>;
}

const secretField =
  /^(password|passphrase|secret|token|credentials?|(api|private|secret)_?key|(access|refresh)_?token)$/i;

/**
 * Checks and returns a job. Jobs are defined once, at start.
 * @throws when the name is not `<owner>.<what>`, a number is out of range, or the payload names a secret
 */
export function defineJob<Payload extends z.ZodType>(job: Job<Payload>): Job<Payload> {
  const wrong = (why: string) => new Error(`job ${job.name}: ${why}`);
  if (!/^[a-z][a-z-]*\.[a-z][a-z-]*$/.test(job.name)) throw wrong("the name must look like owner.what");
  const { maxAttempts = 1, timeoutSeconds = 1, backoff } = job;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) throw wrong("maxAttempts must be a whole number from 1");
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 23 * 3600) {
    throw wrong("timeoutSeconds must be a whole number from 1 to 82,800");
  }
  if (backoff && !(backoff.firstSeconds >= 1 && backoff.maxSeconds >= backoff.firstSeconds)) {
    throw wrong("backoff must begin at 1 s or more and not end below its beginning");
  }
  // Payloads are kept for days, shown to administrators and written to backups.
  if (job.payload instanceof z.ZodObject) {
    const secret = Object.keys(job.payload.shape).find((field) => secretField.test(field));
    if (secret !== undefined) throw wrong(`a payload must not hold secrets (${secret}); store it and pass its id`);
  }
  return job;
}

/** The settings of a job with the defaults filled in. */
export function settingsOf(job: JobSpec) {
  return {
    queue: job.queue ?? "normal",
    maxAttempts: job.maxAttempts ?? 5,
    backoff: job.backoff ?? { firstSeconds: 5, maxSeconds: 600 },
    timeoutSeconds: job.timeoutSeconds ?? 300,
  } as const;
}
