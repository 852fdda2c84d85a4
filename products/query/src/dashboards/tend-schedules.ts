import { defineJob, type Jobs } from "@mindmesh/kernel/jobs";
import { AppError } from "@mindmesh/kernel/errors";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, asc, eq, lte, sql } from "drizzle-orm";
import { z } from "zod";
import { type TellDependencies, checkAlert } from "./check-alert.ts";
import { nextTime } from "./next-time.ts";
import { alerts, dashboards } from "./schema.ts";
import { sendSnapshot } from "./send-snapshot.ts";

/** So many that are due are begun in one minute. */
const atOnce = 200;

const ofAlert = z.object({ alertId: z.guid() });
const ofDashboard = z.object({ dashboardId: z.guid() });

/** The jobs behind schedules: one looks every minute for what is due, the others do one thing each. */
export function scheduleJobs(dependencies: TellDependencies & { jobs: Pick<Jobs, "enqueue"> }) {
  const { db, jobs } = dependencies;
  const checking = defineJob({
    name: "query.check-alert",
    payload: ofAlert,
    queue: "low",
    maxAttempts: 3,
    timeoutSeconds: 700,
    async handler({ payload, workspaceId }) {
      if (workspaceId === null) return;
      const own = and(eq(alerts.workspaceId, workspaceId), eq(alerts.id, payload.alertId));
      const [row] = await db.withWorkspace({ workspaceId }, (tx) => tx.select().from(alerts).where(own));
      if (row?.enabled) await checkAlert(dependencies, row);
    },
  });
  const sending = defineJob({
    name: "query.send-snapshot",
    payload: ofDashboard,
    queue: "low",
    // Once: a second attempt would mail those again who have it already.
    maxAttempts: 1,
    timeoutSeconds: 3600,
    async handler({ payload, workspaceId }) {
      if (workspaceId === null) return;
      const own = and(eq(dashboards.workspaceId, workspaceId), eq(dashboards.id, payload.dashboardId));
      const [row] = await db.withWorkspace({ workspaceId }, (tx) => tx.select().from(dashboards).where(own));
      if (row) await sendSnapshot(dependencies, row);
    },
  });
  const looking = defineJob({
    name: "query.look-at-schedules",
    payload: z.object({}),
    queue: "low",
    maxAttempts: 1,
    schedule: { cron: "* * * * *", payload: {} },
    async handler() {
      await db.system(async (tx) => {
        for (const { workspaceId, id: alertId, ownerId: userId, schedule } of await dueAlerts(tx)) {
          await jobs.enqueue(tx, checking, { alertId }, { workspaceId, userId, key: alertId });
          await tx
            .update(alerts)
            .set({ nextAt: following(schedule) })
            .where(and(eq(alerts.workspaceId, workspaceId), eq(alerts.id, alertId)));
        }
        for (const { workspaceId, id: dashboardId, ownerId: userId, snapshot } of await dueDashboards(tx)) {
          if (!snapshot) continue;
          await jobs.enqueue(tx, sending, { dashboardId }, { workspaceId, userId, key: dashboardId });
          await tx
            .update(dashboards)
            .set({ nextSnapshotAt: following(snapshot) })
            .where(and(eq(dashboards.workspaceId, workspaceId), eq(dashboards.id, dashboardId)));
        }
      });
    },
  });
  return { jobs: [looking, checking, sending], sending };
}

// Two servers may look at the same moment: what one holds the other leaves to it.
const dueAlerts = (tx: Transaction) =>
  tx
    .select()
    .from(alerts)
    .where(lte(alerts.nextAt, sql`now()`))
    .orderBy(asc(alerts.nextAt))
    .limit(atOnce)
    .for("update", { skipLocked: true });

const dueDashboards = (tx: Transaction) =>
  tx
    .select()
    .from(dashboards)
    .where(lte(dashboards.nextSnapshotAt, sql`now()`))
    .orderBy(asc(dashboards.nextSnapshotAt))
    .limit(atOnce)
    .for("update", { skipLocked: true });

/** The time after this one. A schedule was checked when it was kept; one that no longer is waits a day. */
function following(schedule: { cron: string; timezone: string }): string {
  try {
    return nextTime(schedule, new Date());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Date(Date.now() + 24 * 3_600_000).toISOString();
  }
}
