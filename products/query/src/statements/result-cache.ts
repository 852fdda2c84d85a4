import { createHash } from "node:crypto";
import type { StatementLimits } from "@mindmesh/contracts/query/connections";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, desc, eq, gt, isNotNull } from "drizzle-orm";
import { type ConnectionRow, type StatementRow, statements } from "../schema.ts";

/** A result is given again for so long. */
export const cacheMinutes = 5;

/** What makes two runs the same: connection as it is, text, parameters, and how much of the result is read. */
export function cacheKeyOf(
  connection: Pick<ConnectionRow, "id" | "version">,
  sql: string,
  parameters: object,
  limits: StatementLimits,
): Buffer {
  const sorted = Object.entries(parameters).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const parts = [connection.id, connection.version, sql.trim(), sorted, limits.rows, limits.bytes];
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** The last run of the same within the cache's time, if its rows are still here. */
export async function cachedRun(tx: Transaction, workspaceId: string, key: Buffer): Promise<StatementRow | null> {
  const since = new Date(Date.now() - cacheMinutes * 60_000).toISOString();
  const [row] = await tx
    .select()
    .from(statements)
    .where(
      and(
        eq(statements.workspaceId, workspaceId),
        eq(statements.cacheKey, key),
        eq(statements.state, "done"),
        gt(statements.finishedAt, since),
        isNotNull(statements.resultUntil),
      ),
    )
    .orderBy(desc(statements.createdAt))
    .limit(1);
  return row ?? null;
}

/** After a write nothing that was read before counts as known. */
export async function forgetCached(tx: Transaction, connection: Pick<ConnectionRow, "workspaceId" | "id">) {
  await tx
    .update(statements)
    .set({ cacheKey: null })
    .where(
      and(
        eq(statements.workspaceId, connection.workspaceId),
        eq(statements.connectionId, connection.id),
        isNotNull(statements.cacheKey),
      ),
    );
}
