import { instanceJobRoutes, workspaceJobRoutes } from "@mindmesh/contracts/jobs";
import { roleMay } from "@mindmesh/contracts/permissions";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors/index.ts";
import { type Caller, type MemberCaller, implement } from "../http/index.ts";
import type { Jobs } from "./open-jobs.ts";
import { countJobs, listJobs, readJob, type Sight } from "./read-jobs.ts";
import { listSchedules, runScheduleNow } from "./schedules.ts";
import { cancelJob, deleteJob, retryJob } from "./steer-job.ts";

function administers(caller: MemberCaller): boolean {
  return roleMay(caller.role, "jobs.manage");
}

function sightOf(caller: MemberCaller): Sight {
  return administers(caller)
    ? { workspaceId: caller.workspaceId }
    : { workspaceId: caller.workspaceId, userId: caller.personId };
}

function asAdministrator(caller: MemberCaller): Sight {
  if (!administers(caller)) throw new AppError("not_allowed");
  return { workspaceId: caller.workspaceId };
}

function asInstanceOwner(caller: Caller): Sight {
  if (!caller.isInstanceOwner) {
    throw new AppError("not_allowed", { message: "Only the owner of the server may do this." });
  }
  return {};
}

/** Registers what administrators see of the queues, and what people see of their own jobs. */
export function jobRoutesOn(app: FastifyInstance, { context }: Pick<Jobs, "context">): void {
  const { db } = context;
  implement(app, workspaceJobRoutes, {
    listWorkspaceJobs: ({ caller, query }) => listJobs(db, sightOf(caller), query),
    listWorkspaceQueues: async ({ caller }) => ({ items: await countJobs(db, sightOf(caller)) }),
    readWorkspaceJob: ({ caller, params }) => db.system((tx) => readJob(tx, sightOf(caller), params.jobId)),
    cancelWorkspaceJob: ({ caller, params }) =>
      db.system((tx) => cancelJob(context, tx, sightOf(caller), params.jobId, caller.personId)),
    retryWorkspaceJob: ({ caller, params }) => retryJob(context, asAdministrator(caller), params.jobId),
    deleteWorkspaceJob: ({ caller, params }) => deleteJob(context, asAdministrator(caller), params.jobId),
  });
  implement(app, instanceJobRoutes, {
    listJobs: ({ caller, query }) => listJobs(db, asInstanceOwner(caller), query),
    listQueues: async ({ caller }) => ({ items: await countJobs(db, asInstanceOwner(caller)) }),
    readJob: ({ caller, params }) => {
      const sight = asInstanceOwner(caller);
      return db.system((tx) => readJob(tx, sight, params.jobId));
    },
    cancelJob: ({ caller, params }) => {
      const sight = asInstanceOwner(caller);
      return db.system((tx) => cancelJob(context, tx, sight, params.jobId, caller.personId));
    },
    retryJob: ({ caller, params }) => retryJob(context, asInstanceOwner(caller), params.jobId),
    deleteJob: ({ caller, params }) => deleteJob(context, asInstanceOwner(caller), params.jobId),
    listSchedules: async ({ caller }) => {
      asInstanceOwner(caller);
      return { items: await listSchedules(context) };
    },
    runSchedule: async ({ caller, params }) => {
      asInstanceOwner(caller);
      return { jobId: await runScheduleNow(context, params.name) };
    },
  });
}
