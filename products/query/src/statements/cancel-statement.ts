import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findStatement } from "./read-statements.ts";
import type { StatementRunner } from "./statement-runner.ts";

/** Ends a running statement in its database, on whichever server it runs. @throws AppError not_found */
export async function cancelStatement(
  { db, runner }: { db: Database; runner: StatementRunner },
  caller: MemberCaller,
  statementId: string,
): Promise<void> {
  const row = await db.withWorkspace(tenantOf(caller), (tx) => findStatement(tx, caller, statementId));
  if (row.state === "running") await runner.cancel(statementId);
}
