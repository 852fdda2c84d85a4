import { z } from "zod";
import { id, line, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Each has workers of its own; a full `low` never delays `high`. */
export const jobQueues = ["high", "normal", "low"] as const;
export const jobQueue = z.enum(jobQueues);
export type JobQueue = z.infer<typeof jobQueue>;

/**
 * `waiting`: as soon as a worker is free; `delayed`: not before `runAt`, by wish or between two attempts;
 * `dead`: failed in its last attempt, kept for 30 days for somebody to retry or delete.
 */
export const jobStates = ["waiting", "delayed", "running", "done", "cancelled", "dead"] as const;
export const jobState = z.enum(jobStates);
export type JobState = z.infer<typeof jobState>;

export const job = z.object({
  id,
  /** `<owner>.<what>`, for example `chat.import`. */
  name: z.string(),
  queue: jobQueue,
  state: jobState,
  /** Null for the server's own jobs. */
  workspaceId: id.nullable(),
  /** Who caused it. */
  userId: id.nullable(),
  /** Attempts begun so far, the running one included. */
  attempts: z.number().int().min(0),
  maxAttempts: z.number().int().min(1),
  /** Share done, 0 to 1, and what is going on, as the job reports it. */
  progress: z.number().min(0).max(1),
  progressText: z.string().nullable(),
  /** Message of the newest failed attempt. */
  lastError: z.string().nullable(),
  createdAt: moment,
  /** It does not start before this moment. */
  runAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
});
export type JobSummary = z.infer<typeof job>;

export const jobDetail = job.extend({
  payload: z.unknown(),
  /** One entry per failed attempt, oldest first. */
  errors: z.array(z.object({ attempt: z.number().int(), at: moment, message: z.string() })),
  /** Who cancelled it. */
  cancelledBy: id.nullable(),
});
export type JobDetail = z.infer<typeof jobDetail>;

/** One queue with the number of its jobs in each state; `done` and `cancelled` reach back three days. */
export const queueCounts = z.object({
  queue: jobQueue,
  counts: z.record(jobState, z.number().int().min(0)),
  /** Seconds that the job which waits longest has been waiting; null when none waits. */
  oldestWaitingSeconds: z.number().nullable(),
});
export type QueueCounts = z.infer<typeof queueCounts>;

export const jobSchedule = z.object({
  /** Name of the job that it starts. */
  name: z.string(),
  /** Minute, hour, day of month, month, day of week. */
  cron: z.string(),
  timezone: z.string(),
  nextRunAt: moment,
  lastRunAt: moment.nullable(),
  lastJobId: id.nullable(),
});
export type JobSchedule = z.infer<typeof jobSchedule>;

export const jobsQuery = pageQuery.extend({
  state: jobState.optional(),
  queue: jobQueue.optional(),
  /** Part of a name, of a progress text or of an error; or a whole job id. */
  search: line(200, 0).optional(),
});

const jobParams = z.object({ jobId: id });
const workspaceJobParams = workspaceParams.extend({ jobId: id });
const queueList = z.object({ items: z.array(queueCounts) });

/**
 * Jobs of one workspace. Owners and admins see and steer all of them; other members see their own and may cancel them,
 * every other job answers 404 to them.
 */
export const workspaceJobRoutes = {
  listWorkspaceJobs: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/jobs",
    summary: "Jobs of the workspace, newest first; members get their own only",
    tag: "jobs",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    query: jobsQuery,
    response: page(job),
  }),
  listWorkspaceQueues: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/job-queues",
    summary: "The queues with counts of the jobs that the caller may see",
    tag: "jobs",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: queueList,
  }),
  readWorkspaceJob: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/jobs/:jobId",
    summary: "One job with its progress, attempts and errors",
    tag: "jobs",
    audience: "member",
    scope: "read",
    params: workspaceJobParams,
    response: jobDetail,
  }),
  cancelWorkspaceJob: defineRoute({
    method: "POST",
    path: "/api/workspaces/:workspaceId/jobs/:jobId/cancel",
    summary: "Cancel a job that has not ended; a running one is told to stop within a second",
    tag: "jobs",
    audience: "member",
    scope: "write",
    params: workspaceJobParams,
    response: jobDetail,
  }),
  retryWorkspaceJob: defineRoute({
    method: "POST",
    path: "/api/workspaces/:workspaceId/jobs/:jobId/retry",
    summary: "Give a dead job one more attempt, at once; owners and admins",
    tag: "jobs",
    audience: "member",
    scope: "write",
    params: workspaceJobParams,
    response: jobDetail,
  }),
  deleteWorkspaceJob: defineRoute({
    method: "DELETE",
    path: "/api/workspaces/:workspaceId/jobs/:jobId",
    summary: "Delete a job that has ended; owners and admins",
    tag: "jobs",
    audience: "member",
    scope: "write",
    params: workspaceJobParams,
    response: "none",
  }),
};

/** Jobs of the whole server, for its owner. */
export const instanceJobRoutes = {
  listJobs: defineRoute({
    method: "GET",
    path: "/api/instance/jobs",
    summary: "Jobs of all workspaces and of the server itself, newest first",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    query: jobsQuery,
    response: page(job),
  }),
  listQueues: defineRoute({
    method: "GET",
    path: "/api/instance/job-queues",
    summary: "The queues with counts",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    response: queueList,
  }),
  readJob: defineRoute({
    method: "GET",
    path: "/api/instance/jobs/:jobId",
    summary: "One job with its progress, attempts and errors",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    params: jobParams,
    response: jobDetail,
  }),
  cancelJob: defineRoute({
    method: "POST",
    path: "/api/instance/jobs/:jobId/cancel",
    summary: "Cancel a job that has not ended",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    params: jobParams,
    response: jobDetail,
  }),
  retryJob: defineRoute({
    method: "POST",
    path: "/api/instance/jobs/:jobId/retry",
    summary: "Give a dead job one more attempt, at once",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    params: jobParams,
    response: jobDetail,
  }),
  deleteJob: defineRoute({
    method: "DELETE",
    path: "/api/instance/jobs/:jobId",
    summary: "Delete a job that has ended",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    params: jobParams,
    response: "none",
  }),
  listSchedules: defineRoute({
    method: "GET",
    path: "/api/instance/job-schedules",
    summary: "What the server does by itself, and when next",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    response: z.object({ items: z.array(jobSchedule) }),
  }),
  runSchedule: defineRoute({
    method: "POST",
    path: "/api/instance/job-schedules/:name/run",
    summary: "Run a scheduled job now, besides its schedule",
    tag: "jobs",
    audience: "person",
    scope: "admin",
    params: z.object({ name: prose(100) }),
    response: z.object({ jobId: id }),
  }),
};
