import type { AskTurn } from "@mindmesh/contracts/query/ask";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, desc, eq, lt } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { findConnection } from "../connections/find-connection.ts";
import { type QuestionRow, questions } from "./schema.ts";

/** A turn as pages and programs see it. */
export function turnShape({ writtenBy, cachedFrom, ...row }: QuestionRow): AskTurn {
  const age = cachedFrom === null ? null : (Date.parse(row.createdAt) - Date.parse(cachedFrom)) / 1000;
  return { ...row, by: writtenBy, cachedSeconds: age };
}

const ownTurn = (caller: MemberCaller, connectionId: string, turnId: string) =>
  and(
    eq(questions.workspaceId, caller.workspaceId),
    eq(questions.id, turnId),
    eq(questions.connectionId, connectionId),
    eq(questions.personId, caller.personId),
  );

export async function tellTurns(tx: Transaction, caller: MemberCaller, connectionId: string): Promise<void> {
  await emitEvent(tx, {
    workspaceId: caller.workspaceId,
    type: "query.questions.changed",
    payload: { connectionId },
    actorId: caller.personId,
    audiencePersonId: caller.personId,
  });
}

type NewTurn = Omit<QuestionRow, "workspaceId" | "id" | "personId" | "writtenBy" | "thumb" | "createdAt"> & {
  by: QuestionRow["writtenBy"];
};

/** Keeps what was asked and what came of it. */
export function keepTurn(db: Database, caller: MemberCaller, { by, ...turn }: NewTurn): Promise<AskTurn> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [row] = await tx
      .insert(questions)
      .values({ ...turn, workspaceId: caller.workspaceId, id: uuidv7(), personId: caller.personId, writtenBy: by })
      .returning();
    if (!row) throw new AppError("internal");
    await tellTurns(tx, caller, turn.connectionId);
    return turnShape(row);
  });
}

/** One of the caller's own turns; null when it is gone. */
export async function readTurn(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  turnId: string,
): Promise<AskTurn | null> {
  const [row] = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(questions)
      .where(ownTurn(caller, connectionId, turnId)),
  );
  return row ? turnShape(row) : null;
}

/** What the caller has asked a connection, newest first. */
export function listTurns(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: AskTurn[]; nextCursor: string | null }> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const rows = await tx
      .select()
      .from(questions)
      .where(
        and(
          eq(questions.workspaceId, caller.workspaceId),
          eq(questions.connectionId, connectionId),
          eq(questions.personId, caller.personId),
          cursor === undefined ? undefined : lt(questions.id, placeOf(cursor)),
        ),
      )
      .orderBy(desc(questions.id))
      .limit(limit + 1);
    const items = rows.slice(0, limit).map(turnShape);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  });
}

/** @throws AppError invalid_fields for a cursor that no page gave */
function placeOf(cursor: string): string {
  if (/^[0-9a-f-]{36}$/i.test(cursor)) return cursor;
  throw new AppError("invalid_fields", { fields: { cursor: "Take it from the page before." } });
}

/** Forgets one of the caller's own questions; what became an example stays. @throws AppError not_found */
export function deleteTurn(db: Database, caller: MemberCaller, connectionId: string, turnId: string): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const gone = await tx
      .delete(questions)
      .where(ownTurn(caller, connectionId, turnId))
      .returning({ id: questions.id });
    if (gone.length === 0) throw new AppError("not_found");
    await tellTurns(tx, caller, connectionId);
  });
}

/** The row of one of the caller's own turns, for changing it. @throws AppError not_found */
export async function turnForChange(
  tx: Transaction,
  caller: MemberCaller,
  connectionId: string,
  turnId: string,
): Promise<QuestionRow> {
  const [row] = await tx
    .select()
    .from(questions)
    .where(ownTurn(caller, connectionId, turnId))
    .for("update");
  if (!row) throw new AppError("not_found");
  return row;
}
