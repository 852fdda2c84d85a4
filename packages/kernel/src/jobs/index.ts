export { type Job, type JobRun, type JobSpec, defineJob } from "./define-job.ts";
export type { EnqueueSettings } from "./enqueue.ts";
export { type Jobs, type JobsDependencies, openJobs } from "./open-jobs.ts";
export { countJobs } from "./read-jobs.ts";
export { jobRoutesOn } from "./routes.ts";
