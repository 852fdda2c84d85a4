import { setTimeout as sleep } from "node:timers/promises";
import type { JobQueue } from "@mindmesh/contracts/jobs";
import type { JobWithMetadata } from "pg-boss";
import type { JobsContext, StoredJob } from "./context.ts";
import { type Claim, Interruption, runAttempt } from "./run-attempt.ts";
import { beginAgain, openSettlement } from "./settle.ts";

/** A worker that dies is noticed when its jobs were not renewed for this long. */
export const heartbeatSeconds = 20;
const renewMilliseconds = 5_000;
// Catches what no notification announces: jobs for later, second attempts, a lost connection.
const pollMilliseconds = 2_000;

export interface QueueWorker {
  /** Looks for jobs now. */
  wake(): void;
  /** Aborts the job if this server runs it. */
  cancel(jobId: string): void;
  /** Takes no more jobs, gives the running ones `graceMilliseconds`, then interrupts them. */
  stop(graceMilliseconds: number): Promise<void>;
  running(): number;
}

/** Works one queue: takes as many jobs as there are free slots, keeps their claims alive, settles them. */
export function workQueue(context: JobsContext, queue: JobQueue, slots: number): QueueWorker {
  const { boss, onError } = context;
  const claims = new Map<string, Claim>();
  const leftovers = new Set<Promise<unknown>>();
  const underWay = new Set<Promise<void>>();
  const settlement = openSettlement(context, queue);
  // `more`: the last look took all it could, so that others may wait behind.
  const state = { stopping: false, taking: false, wanted: false, more: true };

  async function take(): Promise<void> {
    state.wanted = true;
    if (state.taking) return;
    state.taking = true;
    try {
      while (state.wanted && !state.stopping) {
        state.wanted = false;
        const free = slots - claims.size - leftovers.size;
        state.more = true;
        if (free <= 0) return;
        const jobs = await boss.fetch<StoredJob>(queue, { batchSize: free, includeMetadata: true });
        state.more = jobs.length === free;
        if (jobs.length > 0) await startAll(jobs);
      }
    } finally {
      state.taking = false;
    }
  }

  async function startAll(jobs: JobWithMetadata<StoredJob>[]): Promise<void> {
    const owners = await readOwners(context, jobs);
    for (const job of jobs) {
      const owner = owners.get(job.id);
      if (!owner) {
        // Its workspace was deleted while it waited.
        await boss.deleteJob(queue, job);
        continue;
      }
      const claim: Claim = {
        id: job.id,
        attempt: job.retryCount + 1,
        stored: job.data,
        ...owner,
        abort: new AbortController(),
      };
      claims.set(job.id, claim);
      const working = work(claim);
      underWay.add(working);
      void working.finally(() => underWay.delete(working));
    }
  }

  async function work(claim: Claim): Promise<void> {
    try {
      await runAttempt(context, claim, leaveBehind);
      await settlement.done(claim);
    } catch (error) {
      await settlement.failed(claim, error).catch(onError);
    } finally {
      claims.delete(claim.id);
      if (state.more) wake();
    }
  }

  // A handler that does not listen keeps its slot, or a server would slowly fill with them.
  function leaveBehind(handling: Promise<unknown>): void {
    leftovers.add(handling);
    const forget = () => {
      leftovers.delete(handling);
      wake();
    };
    handling.then(forget, forget);
  }

  function wake(): void {
    if (!state.stopping) take().catch(onError);
  }

  /** Renews the claims; one that the database no longer knows was cancelled, or given to another worker. */
  async function renew(): Promise<void> {
    const held = [...claims.values()];
    if (held.length === 0) return;
    await boss.touch(
      queue,
      held.map((claim) => ({ id: claim.id, retryCount: claim.attempt - 1 })),
    );
    const { rows } = await context.db.pool.query<{ id: string; retry_count: number }>({
      name: "jobs.held",
      text: "SELECT id, retry_count FROM pgboss.job WHERE name = $1 AND id = ANY($2) AND state = 'active'",
      values: [queue, held.map((claim) => claim.id)],
    });
    const known = new Map(rows.map((row) => [row.id, row.retry_count + 1]));
    for (const claim of held) {
      if (known.get(claim.id) !== claim.attempt && claims.get(claim.id) === claim) {
        claim.abort.abort(new Interruption("lost", "It was cancelled, or another server has taken it over."));
      }
    }
  }

  const poll = setInterval(wake, pollMilliseconds);
  const renewal = setInterval(() => void renew().catch(onError), renewMilliseconds);
  wake();

  return {
    wake,
    cancel(jobId) {
      claims.get(jobId)?.abort.abort(new Interruption("cancelled", "It was cancelled."));
    },
    running: () => claims.size,
    async stop(graceMilliseconds) {
      state.stopping = true;
      clearInterval(poll);
      await ended(underWay, graceMilliseconds);
      for (const claim of claims.values()) {
        claim.abort.abort(new Interruption("stopping", "The server stopped before it was done."));
      }
      await ended(underWay, 10_000);
      clearInterval(renewal);
    },
  };
}

/** Resolves when all have ended, or after the limit in milliseconds. */
async function ended(work: Set<Promise<void>>, limit: number): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([Promise.all(work), sleep(limit, undefined, { signal: timeout.signal }).catch(() => undefined)]);
  timeout.abort();
}

interface Owner {
  workspaceId: string | null;
  userId: string | null;
}

/** Whose the jobs are; a job without an entry has lost its workspace. */
async function readOwners(context: JobsContext, jobs: JobWithMetadata<StoredJob>[]): Promise<Map<string, Owner>> {
  for (const job of jobs) if (job.retryCount > 0) await beginAgain(context, job.id, job.retryCount);
  const { rows } = await context.db.pool.query<{ id: string; workspace_id: string | null; user_id: string | null }>({
    name: "jobs.owners",
    text: "SELECT id, workspace_id, user_id FROM kernel.jobs WHERE id = ANY($1)",
    values: [jobs.map((job) => job.id)],
  });
  return new Map(rows.map((row) => [row.id, { workspaceId: row.workspace_id, userId: row.user_id }]));
}
