import type { Finding } from "@mindmesh/contracts/query/optimise";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, desc, eq, gt } from "drizzle-orm";
import { type ConnectionRow, statements } from "../schema.ts";

/** The same statement with other values so often within so many seconds is a loop: the N+1 of a list and its details. */
const repeats = 10;
const withinSeconds = 10;
const lookedAt = 2000;
const days = 7;

/** A statement with its values left out, so that those of a loop are the same. */
export const withoutValues = (sql: string) =>
  sql
    .replace(/'(?:[^']|'')*'/g, "?")
    .replace(/\b\d+(\.\d+)?\b/g, "?")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();

/** Statements in a connection's history that differ only in a value and came in a burst: one with a join or IN would do. */
export async function repeatedStatements(
  tx: Transaction,
  row: Pick<ConnectionRow, "workspaceId" | "id">,
): Promise<Finding[]> {
  const since = new Date(Date.now() - days * 86_400_000).toISOString();
  const recent = await tx
    .select({ sql: statements.sql, personId: statements.personId, createdAt: statements.createdAt })
    .from(statements)
    .where(
      and(
        eq(statements.workspaceId, row.workspaceId),
        eq(statements.connectionId, row.id),
        gt(statements.createdAt, since),
      ),
    )
    .orderBy(desc(statements.createdAt))
    .limit(lookedAt);
  const groups = new Map<string, { sql: string; at: number }[]>();
  for (const { sql, personId, createdAt } of recent) {
    const key = `${personId} ${withoutValues(sql)}`;
    groups.set(key, [...(groups.get(key) ?? []), { sql, at: Date.parse(createdAt) }]);
  }
  return [...groups.entries()].flatMap(([key, runs]) => {
    const burst = longestBurst(runs.map(({ at }) => at).toSorted((a, b) => a - b));
    const different = new Set(runs.map(({ sql }) => sql)).size;
    if (burst < repeats || different < 2) return [];
    const text = key.slice(key.indexOf(" ") + 1);
    return [
      {
        kind: "repeated statement" as const,
        title: `One statement came ${burst} times within ${withinSeconds} seconds, each time with another value`,
        explanation: `This is what a loop over a list looks like. One statement with a join, or with IN and all the values, reads the same in one go: ${text.slice(0, 500)}`,
        table: null,
        place: null,
        statement: null,
        rewrite: null,
        evidence: null,
        verdict: "remark" as const,
      },
    ];
  });
}

/** The most moments that lie within the window; they come in order, as milliseconds. */
function longestBurst(moments: number[]): number {
  let best = 0;
  let from = 0;
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[from] ?? moment) > withinSeconds * 1000) from += 1;
    best = Math.max(best, index - from + 1);
  }
  return best;
}
