import type { Statement, StatementParameters } from "@mindmesh/contracts/query/statements";
import type { Actor } from "@mindmesh/kernel/audit";
import { newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireDevice, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { type StatementRow, statements } from "../schema.ts";
import { recordEnd } from "./end-statement.ts";
import { type PreparedStatement, prepareStatement } from "./prepare-statement.ts";
import { findStatement } from "./read-statements.ts";
import type { RunDependencies } from "./run-statement.ts";
import { statementShape } from "./statement-shape.ts";

/** A preview older than this says too little about what is there now. */
const previewMinutes = 10;

interface WriteAsk {
  connectionId: string;
  sql: string;
  parameters: StatementParameters;
}

/**
 * Runs a writing statement, counts the rows that it changes and takes it all back. Only for an owner or admin in person, at a
 * connection that may write.
 * @returns the statement as `previewed`, `refused` or `failed`
 * @throws AppError not_allowed, device_required, not_found, statement_refused, invalid_fields
 */
export async function previewWrite(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: WriteAsk,
): Promise<Statement> {
  const prepared = await prepareWrite(dependencies, caller, ask);
  return run(dependencies, caller, actor, ask, prepared, null);
}

/**
 * Runs a previewed statement for good: the same text with the same parameters, and only if it changes as many rows as was
 * confirmed; otherwise the database takes it back.
 * @throws AppError approval_void for a preview that was used, is too old or somebody else's; conflict for another count
 */
export async function confirmWrite(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: { statementId: string; affectedRows: number },
): Promise<Statement> {
  requireRight(caller, "query.manage");
  const { db } = dependencies;
  const preview = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findStatement(tx, caller, ask.statementId);
    const [used] = await tx
      .select({ id: statements.id })
      .from(statements)
      .where(and(eq(statements.workspaceId, caller.workspaceId), eq(statements.previewId, row.id)));
    return { ...row, isUsed: used !== undefined };
  });
  const age = Date.now() - Date.parse(preview.finishedAt ?? preview.createdAt);
  if (
    preview.state !== "previewed" ||
    preview.isUsed ||
    preview.personId !== caller.personId ||
    age > previewMinutes * 60_000
  ) {
    throw new AppError("approval_void", {
      message: "This preview cannot be confirmed: it is too old, was used, or is somebody else's. Preview it again.",
    });
  }
  if (preview.affectedRows !== ask.affectedRows) {
    throw new AppError("conflict", {
      message: `The preview counted ${preview.affectedRows} rows, and ${ask.affectedRows} were confirmed. Preview it again.`,
    });
  }
  const { connectionId, sql, parameters } = preview;
  const prepared = await prepareWrite(dependencies, caller, { connectionId, sql, parameters });
  return run(dependencies, caller, actor, preview, prepared, preview);
}

async function prepareWrite({ db }: RunDependencies, caller: MemberCaller, ask: WriteAsk): Promise<PreparedStatement> {
  requireRight(caller, "query.manage");
  requireDevice(caller);
  const prepared = await prepareStatement(db, caller, { ...ask, access: "write" });
  if (prepared.connection.readOnly) {
    throw new AppError("statement_refused", {
      message: "This connection only reads. An owner or admin can let it write in its settings.",
    });
  }
  return prepared;
}

/** @param preview what was confirmed; null: this is the preview */
async function run(
  { db, runner, serverId }: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: WriteAsk,
  { connection, checked, refusal, values, askedPlace }: PreparedStatement,
  preview: StatementRow | null,
): Promise<Statement> {
  const now = new Date().toISOString();
  const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const [made] = await tx
      .insert(statements)
      .values({
        workspaceId: caller.workspaceId,
        id: newId(),
        connectionId: ask.connectionId,
        personId: caller.personId,
        origin: "person",
        sql: ask.sql,
        parameters: ask.parameters,
        access: "write",
        createdAt: now,
        previewId: preview?.id ?? null,
        ...(checked ? { state: "running", serverId } : { state: "refused", refusal, finishedAt: now }),
      })
      .onConflictDoNothing()
      .returning();
    if (!made) throw new AppError("approval_void", { message: "This preview was confirmed already." });
    if (!checked) await recordEnd(tx, made, actor);
    return made;
  });
  if (!checked) return statementShape(row);
  const work = { row, connection, checked, parameters: values, limits: connection.limits, actor, askedPlace };
  const how = preview ? { commit: true, expectedRows: preview.affectedRows } : { commit: false, expectedRows: null };
  return statementShape(await runner.write(work, how));
}
