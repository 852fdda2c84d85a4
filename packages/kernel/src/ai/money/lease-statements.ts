import type { Database } from "../../db/index.ts";
import { deadAfterSeconds } from "../../servers/index.ts";

/** One server's part of a budget, for one subject and period. */
export interface LeaseKey {
  workspaceId: string;
  leaseId: string;
  budgetId: string;
  subject: string;
  periodStart: string;
}

/** What is asked for a lease, in nanodollars. */
export interface Asked {
  leaseId: string;
  budgetId: string;
  subject: string;
  need: number;
  /** For calls to come, if there is plenty. */
  extra: number;
}

/** What came of it, and how the budget stands. */
export interface Extended {
  leaseId: string;
  /** -1: the lease was given up meanwhile, because its server was taken for dead. */
  granted: number;
  limitNano: number;
  spentNano: number;
  /** The refusal of this period has been told. */
  wasExhausted: boolean;
  /** Less was granted than needed, and other servers hold some. */
  isShared: boolean;
  periodStart: string;
  periodEndMs: number;
}

/** Who asks: a server of `kernel.servers`, or a process of which nothing is heard should it die. */
export interface LeaseServer {
  id: string;
  isRegistered: boolean;
}

interface ExtendedRow {
  lease_id: string;
  granted: string;
  limit_nano: string;
  spent_nano: string;
  was_exhausted: boolean;
  is_shared: boolean;
  period_start: string;
  period_end_ms: number;
}

/** Asks for more of several meters of one workspace, in one statement. A budget that is gone has no row. */
export async function extendLeases(
  db: Database,
  server: LeaseServer,
  workspaceId: string,
  asked: Asked[],
): Promise<Extended[]> {
  const rows = asked.map(({ leaseId, budgetId, subject, need, extra }) => ({
    lease_id: leaseId,
    budget_id: budgetId,
    subject,
    need,
    extra,
  }));
  const result = await db.pool.query<ExtendedRow>({
    name: "extend-leases",
    text: "SELECT * FROM kernel.extend_leases($1, $2, $3, $4)",
    values: [workspaceId, server.id, server.isRegistered, JSON.stringify(rows)],
  });
  return result.rows.map((row) => ({
    leaseId: row.lease_id,
    granted: Number(row.granted),
    limitNano: Number(row.limit_nano),
    spentNano: Number(row.spent_nano),
    wasExhausted: row.was_exhausted,
    isShared: row.is_shared,
    periodStart: row.period_start,
    periodEndMs: row.period_end_ms,
  }));
}

/** What calls have spent of a lease, and what its server gives back. */
export interface Settled extends LeaseKey {
  spent: number;
  returned: number;
  /** The server keeps nothing that no call holds. */
  isReturn: boolean;
  /** The server will not use it again. */
  isEnd: boolean;
}

/** A meter that has just passed its warning. */
export interface Warned {
  workspaceId: string;
  budgetId: string;
  subject: string;
}

interface SettledRow {
  workspace_id: string;
  gone_lease_id: string | null;
  warned_budget_id: string | null;
  subject: string;
}

/** Settles leases of any workspaces in one statement. `gone`: those that had been given up. */
export async function settleLeases(db: Database, settled: Settled[]): Promise<{ gone: Set<string>; warned: Warned[] }> {
  const rows = settled.map((each) => ({
    workspace_id: each.workspaceId,
    lease_id: each.leaseId,
    budget_id: each.budgetId,
    subject: each.subject,
    period_start: each.periodStart,
    spent: each.spent,
    returned: each.returned,
    is_return: each.isReturn,
    is_end: each.isEnd,
  }));
  const result = await db.pool.query<SettledRow>({
    name: "settle-leases",
    text: "SELECT * FROM kernel.settle_leases($1)",
    values: [JSON.stringify(rows)],
  });
  return {
    gone: new Set(result.rows.flatMap((row) => row.gone_lease_id ?? [])),
    warned: result.rows.flatMap(({ warned_budget_id: budgetId, workspace_id: workspaceId, subject }) =>
      budgetId === null ? [] : [{ workspaceId, budgetId, subject }],
    ),
  };
}

/** A call that ended after its lease was given up. */
export interface LateCall extends LeaseKey {
  callId: string;
  spent: number;
}

export async function settleLateCalls(db: Database, calls: LateCall[]): Promise<void> {
  const rows = calls.map((call) => ({
    workspace_id: call.workspaceId,
    budget_id: call.budgetId,
    subject: call.subject,
    period_start: call.periodStart,
    call_id: call.callId,
    spent: call.spent,
  }));
  await db.pool.query("SELECT kernel.settle_late_calls($1)", [JSON.stringify(rows)]);
}

/** The channel on which servers are asked to give back what no call of theirs holds: `<workspace>:<who asks>`. */
export const recallChannel = "mindmesh_recall";

const recallPollMs = [3, 7, 15, 25, 50, 100, 150, 150];

/** Asks the other servers to give back what they do not need, and waits half a second at most until they have. */
export async function recallLeases(db: Database, server: LeaseServer, workspaceId: string): Promise<void> {
  const asked = await db.pool.query<{ at: string }>("SELECT clock_timestamp()::text AS at, pg_notify($1, $2)", [
    recallChannel,
    `${workspaceId}:${server.id}`,
  ]);
  for (const pauseMs of recallPollMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const { rows } = await db.pool.query<{ waits: boolean }>(
      `SELECT EXISTS (SELECT FROM kernel.budget_leases WHERE workspace_id = $1 AND server_id <> $2 AND held_nano > 0
         AND released_at IS NULL AND (returned_at IS NULL OR returned_at < $3::timestamptz)) AS waits`,
      [workspaceId, server.id, asked.rows[0]?.at],
    );
    if (!rows[0]?.waits) return;
  }
}

/** Notes the first refusal in a period. Returns whether it is the first. */
export async function noteExhausted(db: Database, key: Omit<LeaseKey, "leaseId">): Promise<boolean> {
  const result = await db.pool.query(
    `UPDATE kernel.budget_meters SET exhausted_at = now() WHERE workspace_id = $1 AND budget_id = $2 AND subject = $3
       AND period_start = $4 AND exhausted_at IS NULL`,
    [key.workspaceId, key.budgetId, key.subject, key.periodStart],
  );
  return result.rowCount === 1;
}

/** Gives up the leases of dead servers, in one workspace or in all. Returns how many there were. */
export async function releaseDeadReservations(db: Database, workspaceId: string | null = null): Promise<number> {
  const { rows } = await db.pool.query<{ released: string }>("SELECT kernel.release_leases($1, $2) AS released", [
    workspaceId,
    deadAfterSeconds,
  ]);
  return Number(rows[0]?.released);
}
