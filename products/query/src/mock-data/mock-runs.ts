import type { MockPlan, MockRun } from "@mindmesh/contracts/query/mock-data";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import { and, desc, eq, inArray } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { findConnection } from "../connections/find-connection.ts";
import { findProblems } from "./find-problems.ts";
import { mockRunSpec } from "./mock-run-spec.ts";
import { connectionWithCatalog } from "./plan-for-tables.ts";
import { type MockRunRow, mockRuns } from "./schema.ts";

export interface MockRunDependencies {
  db: Database;
  jobs: Pick<Jobs, "enqueue" | "cancel">;
}

/** Rows that one run writes at most, all tables together. */
const mostRows = 10_000_000;
const listed = 20;

const mockRunShape = ({ plan, ...row }: MockRunRow): MockRun => ({ ...row, tables: plan.tables.length });

/**
 * Has the rows of a plan written into the database, once for each wish: rows go in beside those that are there.
 * @throws AppError not_allowed, not_found; invalid_fields for a plan that cannot be carried out or a confirmation that is not the
 *   connection's name; conflict for a read-only connection or while another run writes
 */
export async function startMockRun(
  { db, jobs }: MockRunDependencies,
  caller: MemberCaller,
  actor: Actor,
  connectionId: string,
  { plan, confirm }: { plan: MockPlan; confirm: string },
): Promise<MockRun> {
  const { row, catalog } = await connectionWithCatalog(db, caller, connectionId);
  if (row.readOnly) {
    throw new AppError("conflict", {
      message:
        "This connection is read-only. An admin can open it for writing in its settings; or download the rows as SQL or CSV.",
    });
  }
  if (!writableEngines.has(row.engine)) {
    throw new AppError("conflict", {
      message:
        "Rows are written into PostgreSQL, MySQL, MariaDB and SQLite. For this database download them as SQL and run the script.",
    });
  }
  if (confirm.trim() !== row.name) {
    throw new AppError("invalid_fields", { fields: { confirm: `Type the name of the connection: ${row.name}` } });
  }
  const [problem] = findProblems(plan, catalog.tables);
  if (problem) {
    throw new AppError("invalid_fields", {
      fields: { plan: `${problem.table.name}, ${problem.part}: ${problem.reason}` },
    });
  }
  const rows = plan.tables.reduce((sum, table) => sum + table.rows, 0);
  if (rows > mostRows) {
    throw new AppError("invalid_fields", {
      fields: { plan: `At most ${mostRows.toLocaleString("en")} rows are written at once.` },
    });
  }
  const { workspaceId, personId } = caller;
  const id = uuidv7();
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const jobId = await jobs.enqueue(tx, mockRunSpec, { connectionId, runId: id }, { workspaceId, userId: personId });
    const [made] = await tx
      .insert(mockRuns)
      .values({ workspaceId, connectionId, id, plan, state: "waiting", rows, jobId, requestedBy: personId })
      .onConflictDoNothing()
      .returning();
    if (!made)
      throw new AppError("conflict", {
        message: "Rows are being written into this database already. Wait for the end, or stop it.",
      });
    await audit(tx, actor, {
      workspaceId,
      action: "connection.mock_data_asked",
      target: { kind: "connection", id: connectionId },
      details: { rows, tables: plan.tables.length, seed: plan.seed },
    });
    return mockRunShape(made);
  });
}

/** Engines that rows can be written into by us. */
const writableEngines: ReadonlySet<string> = new Set(["postgres", "mysql", "sqlite"]);

/** The last runs of a connection, newest first. @throws AppError not_allowed, not_found */
export async function listMockRuns(db: Database, caller: MemberCaller, connectionId: string): Promise<MockRun[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const rows = await tx
      .select()
      .from(mockRuns)
      .where(and(eq(mockRuns.workspaceId, caller.workspaceId), eq(mockRuns.connectionId, connectionId)))
      .orderBy(desc(mockRuns.id))
      .limit(listed);
    return rows.map(mockRunShape);
  });
}

/** Stops a run; its transaction is undone. @throws AppError not_allowed, not_found; conflict when it has ended */
export async function cancelMockRun(
  { db, jobs }: MockRunDependencies,
  caller: MemberCaller,
  { connectionId, runId }: { connectionId: string; runId: string },
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    const own = and(
      eq(mockRuns.workspaceId, caller.workspaceId),
      eq(mockRuns.connectionId, connectionId),
      eq(mockRuns.id, runId),
    );
    const [stopped] = await tx
      .update(mockRuns)
      .set({ state: "cancelled", text: null, finishedAt: new Date().toISOString() })
      .where(and(own, inArray(mockRuns.state, ["waiting", "running"])))
      .returning({ jobId: mockRuns.jobId });
    if (!stopped) {
      const [known] = await tx.select({ id: mockRuns.id }).from(mockRuns).where(own);
      throw known ? new AppError("conflict", { message: "It has ended already." }) : new AppError("not_found");
    }
    if (stopped.jobId === null) return;
    await jobs.cancel(tx, stopped.jobId, caller.personId).catch((error: unknown) => {
      // It ended in this very moment, or was deleted by an admin.
      if (!(error instanceof AppError) || !["conflict", "not_found"].includes(error.code)) throw error;
    });
  });
}
