import { dashboardRoutes } from "@mindmesh/contracts/query/dashboards";
import { actorOf } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { implement, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import type { FastifyInstance } from "fastify";
import type { RunDependencies } from "../statements/run-statement.ts";
import { createAlert, deleteAlert, listAlerts, updateAlert } from "./alerts.ts";
import {
  createDashboard,
  deleteDashboard,
  findDashboard,
  listDashboards,
  readDashboard,
  updateDashboard,
} from "./dashboards.ts";
import { readTile } from "./read-tile.ts";
import type { scheduleJobs } from "./tend-schedules.ts";

/** Registers the HTTP routes of dashboards and alerts. */
export function dashboardRoutesOn(
  app: FastifyInstance,
  dependencies: RunDependencies & { jobs: Pick<Jobs, "enqueue"> },
  { sending }: Pick<ReturnType<typeof scheduleJobs>, "sending">,
): void {
  const { db, jobs } = dependencies;
  implement(app, dashboardRoutes, {
    listDashboards: async ({ caller }) => ({ items: await listDashboards(db, caller) }),
    createDashboard: ({ caller, body, request }) => createDashboard(db, caller, actorOf(request), body),
    getDashboard: ({ caller, params }) => readDashboard(db, caller, params.dashboardId),
    updateDashboard: ({ caller, params, body, request }) =>
      updateDashboard(db, caller, actorOf(request), params.dashboardId, body),
    deleteDashboard: ({ caller, params, request }) => deleteDashboard(db, caller, actorOf(request), params.dashboardId),
    readTile: ({ caller, params, body, request }) => readTile(dependencies, caller, actorOf(request), params, body),
    sendSnapshot: ({ caller, params }) =>
      db.withWorkspace(tenantOf(caller), async (tx) => {
        const row = await findDashboard(tx, caller, params.dashboardId);
        if (row.ownerId !== caller.personId)
          throw new AppError("not_allowed", { message: "Only its owner may send it." });
        if (!row.snapshot) {
          throw new AppError("conflict", {
            message: "This dashboard has no snapshot yet. Set one up with its recipients first.",
          });
        }
        const { workspaceId, personId: userId } = caller;
        await jobs.enqueue(tx, sending, { dashboardId: row.id }, { workspaceId, userId, key: row.id });
      }),
    listAlerts: async ({ caller }) => ({ items: await listAlerts(db, caller) }),
    createAlert: ({ caller, body, request }) => createAlert(db, caller, actorOf(request), body),
    updateAlert: ({ caller, params, body, request }) => updateAlert(db, caller, actorOf(request), params.alertId, body),
    deleteAlert: ({ caller, params, request }) => deleteAlert(db, caller, actorOf(request), params.alertId),
  });
}
