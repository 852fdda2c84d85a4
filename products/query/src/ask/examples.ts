import type { AskTurn, VerifiedExample } from "@mindmesh/contracts/query/ask";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import { queryShape } from "../syntax/query-shape.ts";
import { resolveNames } from "../syntax/resolve-names.ts";
import { showsHidden } from "../guard/words/shows-hidden.ts";
import { parserOf } from "../syntax/syntax-tree.ts";
import { checkAnswer } from "./check-answer.ts";
import { loadContext } from "./load-context.ts";
import { questions, verifiedExamples } from "./schema.ts";
import { tellTurns, turnForChange, turnShape } from "./turns.ts";

/**
 * Says whether an answer was right. Right, or put right with `sql`, it becomes an example for later questions; a thumb down or
 * taken back ends that.
 * @throws AppError not_found; invalid_fields for a statement that the guard or the schema refuses
 */
export async function rateTurn(
  db: Database,
  caller: MemberCaller,
  { connectionId, turnId }: { connectionId: string; turnId: string },
  { thumb, sql }: { thumb: "up" | "down" | null; sql: string | null },
): Promise<AskTurn> {
  if (sql !== null) {
    const checked = await checkAnswer(sql, await loadContext(db, caller, connectionId));
    if (!checked.ok) throw new AppError("invalid_fields", { fields: { sql: checked.problem } });
  }
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const turn = await turnForChange(tx, caller, connectionId, turnId);
    const { workspaceId } = caller;
    const right = sql ?? (thumb === "up" && turn.outcome.kind === "answer" ? turn.outcome.sql : null);
    await tx
      .delete(verifiedExamples)
      .where(and(eq(verifiedExamples.workspaceId, workspaceId), eq(verifiedExamples.turnId, turnId)));
    if (right !== null) {
      const origin = sql === null ? "thumb" : "edit";
      const values = {
        workspaceId,
        connectionId,
        id: uuidv7(),
        question: turn.question,
        sql: right,
        origin,
        turnId,
      } as const;
      await tx.insert(verifiedExamples).values({ ...values, createdBy: caller.personId });
    }
    const [row] = await tx
      .update(questions)
      .set({ thumb })
      .where(and(eq(questions.workspaceId, workspaceId), eq(questions.id, turnId)))
      .returning();
    if (!row) throw new AppError("not_found");
    await tellTurns(tx, caller, connectionId);
    return turnShape(row);
  });
}

/** Questions with statements that people have found right, newest first; each with what of it the schema does not have any more. */
export async function listExamples(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<VerifiedExample[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const examples = await tx
      .select()
      .from(verifiedExamples)
      .where(and(eq(verifiedExamples.workspaceId, row.workspaceId), eq(verifiedExamples.connectionId, row.id)))
      .orderBy(desc(verifiedExamples.createdAt))
      .limit(500);
    const stored = await readCatalog(tx, row);
    const parser = await parserOf(row.engine);
    const hidden = stored?.hidden ?? row.hidden;
    const shown = examples.filter(({ sql }) => !showsHidden(sql, row.engine, hidden));
    return shown.map(({ id, question, sql, origin, createdAt }) => {
      const parsed = stored && parser.parse(sql);
      const shape = parsed && queryShape(parsed);
      const problems = stored && shape ? resolveNames(shape, stored.catalog, row.engine).problems : [];
      return { id, question, sql, origin, createdAt, stale: problems.map(({ message }) => message) };
    });
  });
}

/** Forgets an example. @throws AppError not_allowed, not_found */
export function deleteExample(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  exampleId: string,
): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    const gone = await tx
      .delete(verifiedExamples)
      .where(
        and(
          eq(verifiedExamples.workspaceId, caller.workspaceId),
          eq(verifiedExamples.connectionId, connectionId),
          eq(verifiedExamples.id, exampleId),
        ),
      )
      .returning({ id: verifiedExamples.id });
    if (gone.length === 0) throw new AppError("not_found");
    await tellTurns(tx, caller, connectionId);
  });
}
