import { roleMay } from "@mindmesh/contracts/permissions";
import type { Alert, AlertContent } from "@mindmesh/contracts/query/dashboards";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import { type Database, type Transaction, newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, eq, sql } from "drizzle-orm";
import { findSavedQuery } from "../saved-queries/saved-queries.ts";
import { checkRecipients } from "./check-recipients.ts";
import { nextTime } from "./next-time.ts";
import { type AlertRow, alerts } from "./schema.ts";

const mostAlerts = 100;

const shape = ({ workspaceId: _workspace, createdAt: _created, ...row }: AlertRow): Alert => row;

const theirs = (caller: MemberCaller) =>
  and(
    eq(alerts.workspaceId, caller.workspaceId),
    roleMay(caller.role, "query.manage") ? undefined : eq(alerts.ownerId, caller.personId),
  );

/** Tells the owner's devices, and those of nobody else. Call it last in a transaction. */
export async function tellAlert(tx: Transaction, row: AlertRow): Promise<void> {
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "query.alerts.changed",
    payload: { alertId: row.id },
    audiencePersonId: row.ownerId,
  });
}

/** The caller's alerts, and for admins those of everybody, by name. */
export async function listAlerts(db: Database, caller: MemberCaller): Promise<Alert[]> {
  requireRight(caller, "query.use");
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(alerts)
      .where(theirs(caller))
      .orderBy(asc(sql`lower(${alerts.name})`)),
  );
  return rows.map(shape);
}

const deed = (row: AlertRow, what: "created" | "changed" | "deleted") => ({
  workspaceId: row.workspaceId,
  action: `query.alert.${what}`,
  target: { kind: "query_alert", id: row.id },
  details: { cron: row.schedule.cron, enabled: row.enabled, recipients: row.recipients.length },
});

const due = (content: AlertContent) =>
  content.enabled ? nextTime(content.schedule, new Date(), "schedule.cron") : null;

/** @throws AppError invalid_fields, not_found for a query that may not be seen; conflict at the most alerts */
export async function createAlert(
  db: Database,
  caller: MemberCaller,
  actor: Actor,
  content: AlertContent,
): Promise<Alert> {
  requireRight(caller, "query.use");
  await checkRecipients(db, caller.workspaceId, content.recipients, "recipients");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findSavedQuery(tx, caller, content.savedQueryId);
    const have = await tx.$count(
      alerts,
      and(eq(alerts.workspaceId, caller.workspaceId), eq(alerts.ownerId, caller.personId)),
    );
    if (have >= mostAlerts) {
      throw new AppError("conflict", { message: `There can be at most ${mostAlerts} alerts. Delete one first.` });
    }
    const [row] = await tx
      .insert(alerts)
      .values({
        workspaceId: caller.workspaceId,
        id: newId(),
        ownerId: caller.personId,
        ...content,
        nextAt: due(content),
      })
      .returning();
    if (!row) throw new AppError("internal");
    await audit(tx, actor, deed(row, "created"));
    await tellAlert(tx, row);
    return shape(row);
  });
}

/** @throws AppError not_found, invalid_fields; conflict when somebody else changed it meanwhile */
export async function updateAlert(
  db: Database,
  caller: MemberCaller,
  actor: Actor,
  id: string,
  { version, ...content }: AlertContent & { version: number },
): Promise<Alert> {
  requireRight(caller, "query.use");
  await checkRecipients(db, caller.workspaceId, content.recipients, "recipients");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const own = and(theirs(caller), eq(alerts.id, id));
    const [before] = await tx.select().from(alerts).where(own);
    if (!before) throw new AppError("not_found");
    if (before.savedQueryId !== content.savedQueryId) await findSavedQuery(tx, caller, content.savedQueryId);
    const [row] = await tx
      .update(alerts)
      // What was found before says nothing of another condition.
      .set({ ...content, nextAt: due(content), state: "unknown", finding: null, version: version + 1 })
      .where(and(own, eq(alerts.version, version)))
      .returning();
    if (!row) throw new AppError("conflict");
    await audit(tx, actor, deed(row, "changed"));
    await tellAlert(tx, row);
    return shape(row);
  });
}

/** @throws AppError not_found */
export function deleteAlert(db: Database, caller: MemberCaller, actor: Actor, id: string): Promise<void> {
  requireRight(caller, "query.use");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [row] = await tx
      .delete(alerts)
      .where(and(theirs(caller), eq(alerts.id, id)))
      .returning();
    if (!row) throw new AppError("not_found");
    await audit(tx, actor, deed(row, "deleted"));
    await tellAlert(tx, row);
  });
}
