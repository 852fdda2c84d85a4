import { roleMay } from "@mindmesh/contracts/permissions";
import type { Statement, statementRoutes } from "@mindmesh/contracts/query/statements";
import { type Database, type Transaction, containing } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq, ilike, lt, or } from "drizzle-orm";
import type { z } from "zod";
import { mayUse } from "../connections/find-connection.ts";
import { peopleNames } from "../people-names.ts";
import { type StatementRow, connections, statements } from "../schema.ts";
import { thisStatement } from "./end-statement.ts";
import { blocksOf } from "./read-result.ts";
import { statementShape } from "./statement-shape.ts";

/**
 * A statement that the caller may see: their own, and for owners and admins everybody's; at a connection that is open to them.
 * @throws AppError not_allowed for a role that may use none, not_found
 */
export async function findStatement(tx: Transaction, caller: MemberCaller, id: string): Promise<StatementRow> {
  requireRight(caller, "query.use");
  const [found] = await tx
    .select({ row: statements, connection: connections })
    .from(statements)
    .innerJoin(
      connections,
      and(eq(connections.workspaceId, statements.workspaceId), eq(connections.id, statements.connectionId)),
    )
    .where(thisStatement({ workspaceId: caller.workspaceId, id }));
  const isTheirs = found?.row.personId === caller.personId || roleMay(caller.role, "query.manage");
  if (!found || !isTheirs || !mayUse(caller, found.connection)) throw new AppError("not_found");
  return found.row;
}

/** When the rows of a statement were read, if another run read them. */
async function cachedAtOf(tx: Transaction, row: StatementRow): Promise<string | null> {
  if (row.resultOf === null) return null;
  const place = { workspaceId: row.workspaceId, id: row.resultOf };
  const [read] = await tx.select({ at: statements.finishedAt }).from(statements).where(thisStatement(place));
  return read?.at ?? row.createdAt;
}

/** A statement, and where the blocks of its result begin. @throws AppError not_found */
export async function readStatement(
  db: Database,
  caller: MemberCaller,
  id: string,
): Promise<{ statement: Statement; blocks: number[] }> {
  const { row, cachedAt } = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const found = await findStatement(tx, caller, id);
    return { row: found, cachedAt: await cachedAtOf(tx, found) };
  });
  const blocks = await blocksOf(db, row);
  return { statement: statementShape(row, cachedAt), blocks: blocks.map(({ firstRow }) => firstRow) };
}

/** The history, newest first; of everybody only for owners and admins. @throws AppError not_allowed, bad_request */
export async function listStatements(
  db: Database,
  caller: MemberCaller,
  ask: z.output<typeof statementRoutes.listStatements.query>,
): Promise<{ items: (Statement & { personName: string | null })[]; nextCursor: string | null }> {
  const isForAll = ask.everybody === "true";
  requireRight(caller, isForAll ? "query.manage" : "query.use");
  if (ask.cursor !== undefined && !/^[0-9a-f-]{36}$/.test(ask.cursor)) throw new AppError("bad_request");
  const words = (ask.find ?? "").split(/\s+/).filter((word) => word !== "");
  const found = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const after = ask.cursor === undefined ? null : await findStatement(tx, caller, ask.cursor);
    return tx
      .select({ row: statements, roles: connections.roles })
      .from(statements)
      .innerJoin(
        connections,
        and(eq(connections.workspaceId, statements.workspaceId), eq(connections.id, statements.connectionId)),
      )
      .where(
        and(
          eq(statements.workspaceId, caller.workspaceId),
          isForAll ? undefined : eq(statements.personId, caller.personId),
          ask.connectionId === undefined ? undefined : eq(statements.connectionId, ask.connectionId),
          ask.state === undefined ? undefined : eq(statements.state, ask.state),
          ask.origin === undefined ? undefined : eq(statements.origin, ask.origin),
          after === null
            ? undefined
            : or(
                lt(statements.createdAt, after.createdAt),
                and(eq(statements.createdAt, after.createdAt), lt(statements.id, after.id)),
              ),
          ...words.map((word) => ilike(statements.sql, containing(word))),
        ),
      )
      .orderBy(desc(statements.createdAt), desc(statements.id))
      .limit(ask.limit + 1);
  });
  const shown = found.slice(0, ask.limit).filter(({ roles }) => mayUse(caller, { roles }));
  const names = await peopleNames(
    db,
    shown.map(({ row }) => row.personId),
  );
  return {
    items: shown.map(({ row }) => ({
      ...statementShape(row, row.resultOf === null ? null : row.createdAt),
      // A history of hundreds of wide results need not say their columns.
      columns: [],
      personName: names.get(row.personId) ?? null,
    })),
    nextCursor: found.length > ask.limit ? (found[ask.limit - 1]?.row.id ?? null) : null,
  };
}
