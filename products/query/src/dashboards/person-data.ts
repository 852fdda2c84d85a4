import type { Database, Transaction } from "@mindmesh/kernel/db";
import type { PersonalItem } from "@mindmesh/kernel/person-data";
import { eq } from "drizzle-orm";
import { alerts, dashboards } from "./schema.ts";

/** The dashboards and alerts that a person has made. */
export async function* exportDashboards(db: Database, personId: string): AsyncGenerator<PersonalItem> {
  const own = await db.system(async (tx) => ({
    dashboards: await tx.select().from(dashboards).where(eq(dashboards.ownerId, personId)),
    alerts: await tx.select().from(alerts).where(eq(alerts.ownerId, personId)),
  }));
  for (const [kind, values] of Object.entries(own)) for (const value of values) yield { kind, value };
}

/** They go with the account. */
export async function forgetDashboards(tx: Transaction, personId: string): Promise<void> {
  await tx.delete(alerts).where(eq(alerts.ownerId, personId));
  await tx.delete(dashboards).where(eq(dashboards.ownerId, personId));
}

export async function forgetDashboardsOf(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.delete(alerts).where(eq(alerts.workspaceId, workspaceId));
  await tx.delete(dashboards).where(eq(dashboards.workspaceId, workspaceId));
}
