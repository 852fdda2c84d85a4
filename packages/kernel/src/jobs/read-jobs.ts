import {
  jobQueues,
  type JobDetail,
  type JobQueue,
  type JobState,
  type JobSummary,
  type QueueCounts,
} from "@mindmesh/contracts/jobs";
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { containing, type Database, type Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { lostAttempt } from "./settle.ts";

/** Whose jobs somebody may see: of the whole server, of a workspace, or one's own in a workspace. */
export type Sight = { workspaceId?: string; userId?: string };

export interface JobsAsk {
  state?: JobState | undefined;
  queue?: JobQueue | undefined;
  search?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

// Both tables under one id; `j` is ours, `b` the library's. Its states: created and retry wait, the rest is plain.
const joined = sql`kernel.jobs j JOIN pgboss.job b ON b.name = j.queue AND b.id = j.id`;
const state = sql`CASE b.state::text
  WHEN 'active' THEN 'running' WHEN 'completed' THEN 'done' WHEN 'cancelled' THEN 'cancelled' WHEN 'failed' THEN 'dead'
  ELSE CASE WHEN b.start_after > now() THEN 'delayed' ELSE 'waiting' END END`;

// Written on the library's column, not on the expression above, so that its statistics and indexes serve.
const inState: Record<JobState, SQL> = {
  waiting: sql`b.state < 'active' AND b.start_after <= now()`,
  delayed: sql`b.state < 'active' AND b.start_after > now()`,
  running: sql`b.state = 'active'`,
  done: sql`b.state = 'completed'`,
  cancelled: sql`b.state = 'cancelled'`,
  dead: sql`b.state = 'failed'`,
};

const columns = sql`j.id, j.name, j.queue, ${state} AS state, j.workspace_id, j.user_id, j.progress, j.progress_text,
  j.errors, j.cancelled_by, j.created_at, b.retry_count, b.retry_limit, b.start_after, b.started_on, b.completed_on,
  b.output, b.data -> 'payload' AS payload`;

interface Row extends Record<string, unknown> {
  id: string;
  name: string;
  queue: JobQueue;
  state: JobState;
  workspace_id: string | null;
  user_id: string | null;
  progress: number;
  progress_text: string | null;
  errors: { attempt: number; at: string; message: string }[];
  cancelled_by: string | null;
  created_at: string;
  retry_count: number;
  retry_limit: number;
  start_after: string;
  started_on: string | null;
  completed_on: string | null;
  output: { value?: { message?: string } } | null;
  payload: unknown;
}

const isoOrNull = (moment: string | null) => (moment === null ? null : new Date(moment).toISOString());

function visible(sight: Sight): SQL {
  const own = sight.userId === undefined ? sql`true` : sql`j.user_id = ${sight.userId}`;
  return sight.workspaceId === undefined ? own : sql`j.workspace_id = ${sight.workspaceId} AND ${own}`;
}

function found(search: string | undefined): SQL {
  if (!search) return sql`true`;
  const part = containing(search);
  return sql`(j.name ILIKE ${part} OR j.id::text = lower(${search}) OR j.progress_text ILIKE ${part}
    OR EXISTS (SELECT 1 FROM jsonb_array_elements(j.errors) e WHERE e ->> 'message' ILIKE ${part}))`;
}

/** Jobs newest first. The cursor is the last id of the page before: ids are in the order of creation. */
export async function listJobs(
  db: Database,
  sight: Sight,
  ask: JobsAsk,
): Promise<{ items: JobSummary[]; nextCursor: string | null }> {
  const after = ask.cursor === undefined ? sql`true` : sql`j.id < ${asId(ask.cursor)}::uuid`;
  const { rows } = await db.system((tx) =>
    tx.execute<Row>(sql`
      SELECT ${columns} FROM ${joined}
      WHERE ${visible(sight)} AND ${found(ask.search)} AND ${after}
        AND ${ask.state === undefined ? sql`true` : inState[ask.state]}
        AND ${ask.queue === undefined ? sql`true` : sql`j.queue = ${ask.queue}`}
      ORDER BY j.id DESC LIMIT ${ask.limit + 1}`),
  );
  const items = rows.slice(0, ask.limit).map(detailOf);
  return { items, nextCursor: rows.length > ask.limit ? (items.at(-1)?.id ?? null) : null };
}

function asId(cursor: string): string {
  if (!z.guid().safeParse(cursor).success)
    throw new AppError("bad_request", { message: "The cursor is not one of ours." });
  return cursor;
}

/**
 * One job.
 * @throws AppError not_found, also when it is out of sight
 */
export async function readJob(tx: Transaction, sight: Sight, jobId: string): Promise<JobDetail> {
  const { rows } = await tx.execute<Row>(sql`
    SELECT ${columns} FROM ${joined} WHERE j.id = ${jobId} AND ${visible(sight)}`);
  const [row] = rows;
  if (!row) throw new AppError("not_found");
  return detailOf(row);
}

function detailOf(row: Row): JobDetail {
  const finished = row.state === "done" || row.state === "dead" || row.state === "cancelled";
  const attempts = row.started_on === null ? row.retry_count : row.retry_count + 1;
  const errors = row.errors.map((error) => ({ ...error, at: new Date(error.at).toISOString() }));
  // The last attempt of a job whose server died was ended by the library's sweep, which knows nothing of our record.
  if (row.state === "dead" && !errors.some(({ attempt }) => attempt === attempts)) {
    errors.push({
      attempt: attempts,
      at: new Date(row.completed_on ?? row.created_at).toISOString(),
      message: lostAttempt,
    });
  }
  return {
    id: row.id,
    name: row.name,
    queue: row.queue,
    state: row.state,
    workspaceId: row.workspace_id,
    userId: row.user_id,
    attempts,
    maxAttempts: row.retry_limit + 1,
    progress: row.state === "done" ? 1 : row.progress,
    progressText: row.progress_text,
    lastError: errors.at(-1)?.message ?? null,
    createdAt: new Date(row.created_at).toISOString(),
    runAt: new Date(row.start_after).toISOString(),
    startedAt: isoOrNull(row.started_on),
    finishedAt: finished ? isoOrNull(row.completed_on) : null,
    payload: row.payload,
    errors,
    cancelledBy: row.cancelled_by,
  };
}

/** Every queue with its counts; queues without jobs too. */
export async function countJobs(db: Database, sight: Sight): Promise<QueueCounts[]> {
  const { rows } = await db.system((tx) =>
    tx.execute<{ queue: JobQueue; state: JobState; count: number; oldest: number }>(sql`
      SELECT j.queue, ${state} AS state, count(*)::int AS count,
             extract(epoch FROM now() - min(b.start_after))::float8 AS oldest
      FROM ${joined} WHERE ${visible(sight)} GROUP BY 1, 2`),
  );
  return jobQueues.map((queue) => {
    const count = (wanted: JobState) => rows.find((row) => row.queue === queue && row.state === wanted)?.count ?? 0;
    const oldest = rows.find((row) => row.queue === queue && row.state === "waiting")?.oldest;
    return {
      queue,
      counts: {
        waiting: count("waiting"),
        delayed: count("delayed"),
        running: count("running"),
        done: count("done"),
        cancelled: count("cancelled"),
        dead: count("dead"),
      },
      oldestWaitingSeconds: oldest === undefined ? null : Math.max(0, oldest),
    };
  });
}
