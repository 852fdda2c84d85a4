import type { StatementOrigin, StatementParameters } from "@mindmesh/contracts/query/statements";
import type { Actor } from "@mindmesh/kernel/audit";
import { type Database, newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq, isNotNull } from "drizzle-orm";
import { type StatementRow, statements } from "../schema.ts";
import { recordEnd, tellChange, thisStatement } from "./end-statement.ts";
import { type PreparedStatement, prepareStatement } from "./prepare-statement.ts";
import { blocksOf, firstBlock } from "./read-result.ts";
import { cacheKeyOf, cachedRun } from "./result-cache.ts";
import type { RunningStatement, StatementRunner } from "./statement-runner.ts";
import { statementShape } from "./statement-shape.ts";

export interface RunDependencies {
  db: Database;
  runner: StatementRunner;
  serverId: string;
}

export interface RunAsk {
  connectionId: string;
  sql: string;
  parameters?: StatementParameters;
  /** Who wrote it: it stands in the history and in the audit log. */
  origin: StatementOrigin;
  /** Made by the caller, so that it can cancel before this resolves; a repeated one gives the run that is there. */
  statementId?: string | undefined;
  /** Reads the database even if the same was read within five minutes. */
  fresh?: boolean;
  /** Lower than the connection's. */
  rows?: number | undefined;
  seconds?: number | undefined;
  signal?: AbortSignal;
}

/** Statements of one person that run at once. */
const mostOpen = 10;

/**
 * Runs one reading statement: rights, guard, parameters, limits, cache; then it goes on by itself, and its rows are kept.
 * What the guard refuses and what the database does not like are ends of the statement, not errors: see `statement.state`.
 * @throws AppError not_found, not_allowed, invalid_fields, queue_full, already_exists
 */
export async function runStatement(
  { db, runner, serverId }: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: RunAsk,
): Promise<RunningStatement> {
  const { workspaceId, personId } = caller;
  const parameters = ask.parameters ?? {};
  const prepared = await prepareStatement(db, caller, { ...ask, parameters, access: "read" });
  const { connection, checked } = prepared;
  const limits = {
    ...connection.limits,
    rows: Math.min(connection.limits.rows, ask.rows ?? Infinity),
    seconds: Math.min(connection.limits.seconds, ask.seconds ?? Infinity),
  };
  const key = cacheKeyOf(connection, ask.sql, parameters, limits);
  const begun = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const id = ask.statementId ?? newId();
    const [known] = await tx.select().from(statements).where(thisStatement({ workspaceId, id }));
    if (known) {
      if (known.personId !== personId || known.connectionId !== connection.id) throw new AppError("already_exists");
      return { row: known, cached: null, isNew: false };
    }
    const open = await tx
      .select({ id: statements.id })
      .from(statements)
      .where(
        and(eq(statements.workspaceId, workspaceId), eq(statements.personId, personId), isNotNull(statements.serverId)),
      );
    if (open.length >= mostOpen) {
      throw new AppError("queue_full", {
        message: `You have ${open.length} statements that run. Wait for one of them, or cancel it.`,
        retryAfterSeconds: 5,
      });
    }
    const cached = checked && !ask.fresh ? await cachedRun(tx, workspaceId, key) : null;
    const [row] = await tx
      .insert(statements)
      .values({ ...newRow(caller, ask, prepared, cached), id, ...(checked && !cached && { cacheKey: key, serverId }) })
      .returning();
    if (!row) throw new AppError("internal");
    if (row.state === "running") await tellChange(tx, row);
    else await recordEnd(tx, row, actor);
    return { row, cached, isNew: true };
  });
  const { row, cached, isNew } = begun;
  if (checked && isNew && row.state === "running") {
    const { values, askedPlace } = prepared;
    const work = { row, connection, checked, parameters: values, limits, actor, askedPlace };
    return runner.start(work, ask.signal);
  }
  return endedRun(db, row, cached?.finishedAt ?? null);
}

function newRow(
  caller: MemberCaller,
  ask: RunAsk,
  { checked, refusal }: PreparedStatement,
  cached: StatementRow | null,
) {
  const now = new Date().toISOString();
  const row = {
    workspaceId: caller.workspaceId,
    connectionId: ask.connectionId,
    personId: caller.personId,
    origin: ask.origin,
    sql: ask.sql,
    parameters: ask.parameters ?? {},
    createdAt: now,
  };
  if (!checked) return { ...row, state: "refused", refusal, finishedAt: now } as const;
  if (!cached) return { ...row, state: "running" } as const;
  const { columns, rows, bytes, stoppedBy, milliseconds, notices, resultUntil, id: resultOf } = cached;
  const known = { columns, rows, bytes, stoppedBy, milliseconds, notices, resultUntil, resultOf };
  return { ...row, ...known, state: "done", finishedAt: now } as const;
}

/** A statement that does not run here (any more), told as one that has just run. */
function endedRun(db: Database, row: StatementRow, cachedAt: string | null): RunningStatement {
  const shape = statementShape(row, cachedAt);
  async function* parts() {
    yield { type: "statement", statement: shape } as const;
    if (row.columns.length > 0) yield { type: "columns", columns: row.columns } as const;
    if (row.resultUntil !== null) {
      const block = await firstBlock(db, row);
      if (block) yield { type: "rows", block } as const;
      for (const each of await blocksOf(db, row)) yield { type: "block", ...each } as const;
    }
    yield { type: "end", statement: shape } as const;
  }
  return { parts: { [Symbol.asyncIterator]: parts }, ended: Promise.resolve(row), cachedAt };
}
