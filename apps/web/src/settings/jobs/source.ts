import type { JobDetail, JobQueue, JobState, JobSummary, QueueCounts } from "@mindmesh/contracts/jobs";
import { workspaceKey } from "../../live/live-connection.ts";
import { instanceJobsApi, workspaceJobsApi } from "../api.ts";

export interface JobFilter {
  state?: JobState;
  queue?: JobQueue;
  search?: string;
}

type Page = JobFilter & { limit: number; cursor?: string };

/** Where jobs are read and steered: those of one workspace, or those of the whole server. */
export interface JobSource {
  key: readonly unknown[];
  list: (query: Page, signal?: AbortSignal) => Promise<{ items: JobSummary[]; nextCursor: string | null }>;
  queues: (signal?: AbortSignal) => Promise<{ items: QueueCounts[] }>;
  read: (jobId: string, signal?: AbortSignal) => Promise<JobDetail>;
  cancel: (jobId: string) => Promise<JobDetail>;
  retry: (jobId: string) => Promise<JobDetail>;
  remove: (jobId: string) => Promise<undefined>;
}

const signalled = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

export function workspaceJobs(workspaceId: string): JobSource {
  const params = { workspaceId };
  return {
    key: [...workspaceKey(workspaceId), "jobs"],
    list: (query, signal) => workspaceJobsApi.listWorkspaceJobs({ params, query, ...signalled(signal) }),
    queues: (signal) => workspaceJobsApi.listWorkspaceQueues({ params, ...signalled(signal) }),
    read: (jobId, signal) =>
      workspaceJobsApi.readWorkspaceJob({ params: { workspaceId, jobId }, ...signalled(signal) }),
    cancel: (jobId) => workspaceJobsApi.cancelWorkspaceJob({ params: { workspaceId, jobId } }),
    retry: (jobId) => workspaceJobsApi.retryWorkspaceJob({ params: { workspaceId, jobId } }),
    remove: (jobId) => workspaceJobsApi.deleteWorkspaceJob({ params: { workspaceId, jobId } }),
  };
}

export const serverJobs: JobSource = {
  key: ["instance", "jobs"],
  list: (query, signal) => instanceJobsApi.listJobs({ query, ...signalled(signal) }),
  queues: (signal) => instanceJobsApi.listQueues(signalled(signal)),
  read: (jobId, signal) => instanceJobsApi.readJob({ params: { jobId }, ...signalled(signal) }),
  cancel: (jobId) => instanceJobsApi.cancelJob({ params: { jobId } }),
  retry: (jobId) => instanceJobsApi.retryJob({ params: { jobId } }),
  remove: (jobId) => instanceJobsApi.deleteJob({ params: { jobId } }),
};
