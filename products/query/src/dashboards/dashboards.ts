import { roleMay } from "@mindmesh/contracts/permissions";
import type { Dashboard, DashboardContent } from "@mindmesh/contracts/query/dashboards";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import { type Database, type Transaction, newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, eq, or, sql } from "drizzle-orm";
import { findSavedQuery } from "../saved-queries/saved-queries.ts";
import { checkRecipients } from "./check-recipients.ts";
import { nextTime } from "./next-time.ts";
import { type DashboardRow, dashboards } from "./schema.ts";

const mostDashboards = 500;

const shape = ({ workspaceId: _workspace, ...row }: DashboardRow): Dashboard => row;

const visible = (caller: MemberCaller) =>
  and(
    eq(dashboards.workspaceId, caller.workspaceId),
    or(eq(dashboards.ownerId, caller.personId), eq(dashboards.shared, true)),
  );

/** @throws AppError not_found for one that is not there, or somebody else's that is not shared; not_allowed */
export async function findDashboard(tx: Transaction, caller: MemberCaller, id: string): Promise<DashboardRow> {
  requireRight(caller, "query.use");
  const [row] = await tx
    .select()
    .from(dashboards)
    .where(and(visible(caller), eq(dashboards.id, id)));
  if (!row) throw new AppError("not_found");
  return row;
}

async function findToChange(tx: Transaction, caller: MemberCaller, id: string): Promise<DashboardRow> {
  const row = await findDashboard(tx, caller, id);
  if (row.ownerId !== caller.personId && !roleMay(caller.role, "query.manage")) {
    throw new AppError("not_allowed", { message: "This dashboard is somebody else's. Make one of your own." });
  }
  return row;
}

async function tell(tx: Transaction, caller: MemberCaller, row: DashboardRow, wasShared: boolean): Promise<void> {
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "query.dashboards.changed",
    payload: { dashboardId: row.id },
    actorId: caller.personId,
    audiencePersonId: row.shared || wasShared ? null : row.ownerId,
  });
}

/** The caller's dashboards and the shared ones, by name. */
export async function listDashboards(db: Database, caller: MemberCaller): Promise<Dashboard[]> {
  requireRight(caller, "query.use");
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(dashboards)
      .where(visible(caller))
      .orderBy(asc(sql`lower(${dashboards.name})`))
      .limit(mostDashboards),
  );
  return rows.map(shape);
}

export function readDashboard(db: Database, caller: MemberCaller, id: string): Promise<Dashboard> {
  return db.withWorkspace(tenantOf(caller), async (tx) => shape(await findDashboard(tx, caller, id)));
}

async function checkSnapshot(db: Database, caller: MemberCaller, { snapshot }: DashboardContent): Promise<void> {
  if (snapshot) await checkRecipients(db, caller.workspaceId, snapshot.recipients, "snapshot.recipients");
}

/** What follows from a dashboard's content, checked: its queries may be seen, and its schedule is one. */
async function checked(tx: Transaction, caller: MemberCaller, content: DashboardContent, before: readonly string[]) {
  const known = new Set(before);
  for (const [index, { savedQueryId }] of content.tiles.entries()) {
    if (known.has(savedQueryId)) continue;
    known.add(savedQueryId);
    await findSavedQuery(tx, caller, savedQueryId).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
      throw new AppError("invalid_fields", {
        fields: { [`tiles.${index}.savedQueryId`]: "This saved query is gone, or you may not see it." },
        cause: error,
      });
    });
  }
  return {
    ...content,
    nextSnapshotAt: content.snapshot ? nextTime(content.snapshot, new Date(), "snapshot.cron") : null,
  };
}

/** @throws AppError invalid_fields; conflict at the most dashboards */
export async function createDashboard(
  db: Database,
  caller: MemberCaller,
  actor: Actor,
  content: DashboardContent,
): Promise<Dashboard> {
  requireRight(caller, "query.use");
  await checkSnapshot(db, caller, content);
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const have = await tx.$count(
      dashboards,
      and(eq(dashboards.workspaceId, caller.workspaceId), eq(dashboards.ownerId, caller.personId)),
    );
    if (have >= mostDashboards) {
      throw new AppError("conflict", {
        message: `There can be at most ${mostDashboards} dashboards. Delete one first.`,
      });
    }
    const [row] = await tx
      .insert(dashboards)
      .values({
        workspaceId: caller.workspaceId,
        id: newId(),
        ownerId: caller.personId,
        ...(await checked(tx, caller, content, [])),
      })
      .returning();
    if (!row) throw new AppError("internal");
    await audit(tx, actor, deed(row, "created"));
    await tell(tx, caller, row, false);
    return shape(row);
  });
}

const deed = (row: DashboardRow, what: "created" | "changed" | "deleted") => ({
  workspaceId: row.workspaceId,
  action: `query.dashboard.${what}`,
  target: { kind: "query_dashboard", id: row.id },
  details: { shared: row.shared, tiles: row.tiles.length, snapshot: row.snapshot?.cron ?? null },
});

/** @throws AppError not_found, not_allowed, invalid_fields; conflict when somebody else changed it meanwhile */
export async function updateDashboard(
  db: Database,
  caller: MemberCaller,
  actor: Actor,
  id: string,
  { version, ...content }: DashboardContent & { version: number },
): Promise<Dashboard> {
  await checkSnapshot(db, caller, content);
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const before = await findToChange(tx, caller, id);
    const [row] = await tx
      .update(dashboards)
      .set({
        ...(await checked(
          tx,
          caller,
          content,
          before.tiles.map(({ savedQueryId }) => savedQueryId),
        )),
        version: version + 1,
        updatedAt: new Date().toISOString(),
      })
      .where(
        and(eq(dashboards.workspaceId, caller.workspaceId), eq(dashboards.id, id), eq(dashboards.version, version)),
      )
      .returning();
    if (!row) throw new AppError("conflict");
    await audit(tx, actor, deed(row, "changed"));
    await tell(tx, caller, row, before.shared);
    return shape(row);
  });
}

/** @throws AppError not_found, not_allowed */
export function deleteDashboard(db: Database, caller: MemberCaller, actor: Actor, id: string): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findToChange(tx, caller, id);
    await tx.delete(dashboards).where(and(eq(dashboards.workspaceId, caller.workspaceId), eq(dashboards.id, id)));
    await audit(tx, actor, deed(row, "deleted"));
    await tell(tx, caller, row, false);
  });
}
