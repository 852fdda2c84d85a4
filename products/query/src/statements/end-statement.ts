import type { StatementState } from "@mindmesh/contracts/query/statements";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { liveServerIds } from "@mindmesh/kernel/servers";
import { and, eq, isNotNull, notInArray } from "drizzle-orm";
import { type StatementRow, statements } from "../schema.ts";

export const thisStatement = ({ workspaceId, id }: { workspaceId: string; id: string }) =>
  and(eq(statements.workspaceId, workspaceId), eq(statements.id, id));

/** Of a statement's text so many characters stand in the audit log; the whole of it is in the history. */
const auditedCharacters = 4000;

/** Writes an ended statement into the audit log: who, what, rows, time, and who wrote it; and tells its person's devices. */
export async function recordEnd(tx: Transaction, row: StatementRow, actor: Actor): Promise<void> {
  await auditStatement(tx, row, actor);
  await tellChange(tx, row);
}

/** @param value of a statement that was run again for one value of its result: which, and how long it is */
export async function auditStatement(
  tx: Transaction,
  row: StatementRow,
  actor: Actor,
  value?: { row: number; column: number; bytes: number },
): Promise<void> {
  await audit(tx, actor, {
    workspaceId: row.workspaceId,
    action: "query.statement",
    target: { kind: "connection", id: row.connectionId },
    details: {
      statementId: row.id,
      origin: row.origin,
      sql: row.sql.slice(0, auditedCharacters),
      sqlCharacters: row.sql.length,
      access: row.access,
      state: row.state,
      rows: row.rows,
      affectedRows: row.affectedRows,
      milliseconds: row.milliseconds,
      cached: row.resultOf !== null,
      ...(row.failure && { failure: row.failure.kind }),
      ...(value && { value }),
    },
  });
}

/** Tells the devices of its person. Call it last in a transaction. */
export async function tellChange(
  tx: Transaction,
  row: Pick<StatementRow, "workspaceId" | "id" | "connectionId" | "personId" | "state">,
): Promise<void> {
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "query.statement.changed",
    payload: { statementId: row.id, connectionId: row.connectionId, state: row.state },
    actorId: row.personId,
    audiencePersonId: row.personId,
  });
}

/** Ends a running statement. @returns null when it has ended already, such as being taken for lost */
export async function endStatement(
  tx: Transaction,
  place: { workspaceId: string; id: string },
  end: Partial<StatementRow> & { state: StatementState },
  actor: Actor,
): Promise<StatementRow | null> {
  const [row] = await tx
    .update(statements)
    .set({ ...end, serverId: null, finishedAt: new Date().toISOString() })
    .where(and(thisStatement(place), isNotNull(statements.serverId)))
    .returning();
  if (!row) return null;
  await recordEnd(tx, row, actor);
  return row;
}

/** Ends the statements whose server died: the rows they had read stay. Returns how many. */
export async function loseOrphanedStatements(db: Database): Promise<number> {
  const alive = await liveServerIds(db);
  const orphans = await db.system((tx) =>
    tx
      .select({ workspaceId: statements.workspaceId, id: statements.id, personId: statements.personId })
      .from(statements)
      .where(
        and(isNotNull(statements.serverId), alive.length > 0 ? notInArray(statements.serverId, alive) : undefined),
      ),
  );
  for (const { personId, ...place } of orphans) {
    const message = "The server stopped while the statement was running. Run it again.";
    const failure = { kind: "lost", message, code: null, hint: null, place: null } as const;
    await db.withWorkspace({ workspaceId: place.workspaceId }, (tx) =>
      endStatement(tx, place, { state: "lost", failure, resultUntil: null }, { personId, ip: null, requestId: null }),
    );
  }
  return orphans.length;
}
