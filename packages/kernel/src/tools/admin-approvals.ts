import type { ToolApproval } from "@mindmesh/contracts/tools";
import { and, eq, gt, inArray, isNotNull, ne, or, sql } from "drizzle-orm";
import type { Database, Transaction } from "../db/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../http/index.ts";
import { notifyPerson, settleNotifications } from "../notify/index.ts";
import { toolCallShape } from "./call-rows.ts";
import { type ToolCallRow, toolCalls } from "./schema.ts";

/** Calls that wait for an admin, oldest first. @throws AppError not_allowed */
export async function listToolApprovals(db: Database, caller: MemberCaller): Promise<ToolApproval[]> {
  requireRight(caller, "tools.manage");
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(toolCalls)
      .where(
        and(
          eq(toolCalls.workspaceId, caller.workspaceId),
          toolCalls.needsAdmin,
          eq(toolCalls.state, "waiting"),
          isNotNull(toolCalls.personApprovedAt),
          gt(toolCalls.expiresAt, sql`now()`),
        ),
      )
      .orderBy(toolCalls.id)
      .limit(200),
  );
  const names = await namesOf(db, rows);
  return rows.map((row) => ({
    call: toolCallShape(row),
    person: { id: row.personId, name: names.get(row.personId) ?? "" },
  }));
}

/** Names of the people in whose name calls run. */
export async function namesOf(db: Database, rows: readonly { personId: string }[]): Promise<Map<string, string>> {
  const ids = [...new Set(rows.map(({ personId }) => personId))];
  const result = await db.pool.query<{ id: string; name: string }>(
    "SELECT id, name FROM kernel.people WHERE id = ANY($1::uuid[])",
    [ids],
  );
  return new Map(result.rows.map(({ id, name }) => [id, name]));
}

/**
 * Tells admins of calls that have come to wait for them, and takes that back from the bells once a call no longer waits.
 * What is left to tell stands in the rows, so nothing is lost should a server die in between.
 */
export async function tellAdmins(db: Database): Promise<void> {
  await db.system(async (tx) => {
    const rows = await tx
      .select()
      .from(toolCalls)
      .where(
        and(
          toolCalls.needsAdmin,
          or(
            and(eq(toolCalls.state, "waiting"), isNotNull(toolCalls.personApprovedAt), eq(toolCalls.adminsTold, false)),
            and(ne(toolCalls.state, "waiting"), toolCalls.adminsTold),
          ),
        ),
      )
      .limit(100)
      .for("update", { skipLocked: true });
    for (const row of rows) {
      const waits = row.state === "waiting";
      if (waits) await notifyAdmins(tx, row);
      else await settleNotifications(tx, row.workspaceId, subjectOf(row));
      await tx
        .update(toolCalls)
        .set({ adminsTold: waits })
        .where(and(eq(toolCalls.workspaceId, row.workspaceId), inArray(toolCalls.id, [row.id])));
    }
  });
}

/** What the notifications are about; apart from the person's own, which are settled on their own. */
const subjectOf = (row: ToolCallRow) => `tool-approval:${row.id}`;

async function notifyAdmins(tx: Transaction, row: ToolCallRow): Promise<void> {
  const { workspaceId, personId } = row;
  const admins = await tx.execute<{ person_id: string; asker: string }>(sql`
    SELECT m.person_id, (SELECT name FROM kernel.people WHERE id = ${personId}) AS asker FROM kernel.members m
    JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.workspace_id = ${workspaceId} AND m.role IN ('owner', 'admin') AND m.person_id <> ${personId}`);
  for (const admin of admins.rows) {
    await notifyPerson(tx, {
      workspaceId,
      personId: admin.person_id,
      kind: "approval",
      title: `“${row.title}” waits for an admin`,
      body: `${admin.asker} has approved it and needs an admin’s approval too.`,
      subject: subjectOf(row),
      target: "tool-approvals",
    });
  }
}
