import { createHash } from "node:crypto";
import type { AskBody, AskOutcome } from "@mindmesh/contracts/query/ask";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq, gt, isNull } from "drizzle-orm";
import type { AskContext } from "./load-context.ts";
import { questions } from "./schema.ts";

export const cacheMinutes = 15;

/** The same for the same question of the same schema, glossary, model and conversation. */
export function cacheKeyOf({ version, row }: AskContext, { question, model, after, by }: AskBody): string {
  const words = question
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/[?.!\s]+$/, "");
  return createHash("sha256")
    .update(JSON.stringify([version, row.consents, words, model ?? null, after ?? null, by === "built-in"]))
    .digest("hex");
}

/** What a model answered to the same within the last 15 minutes, to anybody who may use the connection; null when nothing. */
export async function cachedOutcome(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  cacheKey: string,
): Promise<{ outcome: AskOutcome; model: string | null; cachedFrom: string } | null> {
  const since = new Date(Date.now() - cacheMinutes * 60_000).toISOString();
  const [row] = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(questions)
      .where(
        and(
          eq(questions.workspaceId, caller.workspaceId),
          eq(questions.connectionId, connectionId),
          eq(questions.cacheKey, cacheKey),
          eq(questions.writtenBy, "model"),
          isNull(questions.cachedFrom),
          gt(questions.createdAt, since),
        ),
      )
      .orderBy(desc(questions.createdAt))
      .limit(1),
  );
  // What went wrong is worth another try, and what somebody found wrong is not shown again.
  if (!row || row.thumb === "down" || row.outcome.kind === "refusal") return null;
  return { outcome: row.outcome, model: row.model, cachedFrom: row.createdAt };
}
