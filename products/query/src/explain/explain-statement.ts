import type { Explanation, explainRoutes } from "@mindmesh/contracts/query/explain";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import type { z } from "zod";
import { findConnection } from "../connections/find-connection.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { StatementFailure } from "../engines/engine.ts";
import { checkStatement } from "../guard/check-statement.ts";
import { guardKnowledge } from "../statements/guard-knowledge.ts";
import { queryShape } from "../syntax/query-shape.ts";
import { parserOf } from "../syntax/syntax-tree.ts";
import { explainPlan } from "./explain-plan.ts";
import { explainWords } from "./explain-words.ts";
import { withSession } from "./with-session.ts";

type Ask = z.output<typeof explainRoutes.explainStatement.body>;

/**
 * A statement in plain words and its plan. What cannot be had is said, not thrown: a statement in the making has words before it
 * has a plan.
 * @throws AppError not_found, not_allowed
 */
export async function explainStatement(
  dependencies: SessionDependencies,
  caller: MemberCaller,
  connectionId: string,
  { sql, parameters, analyze, plan: wantsPlan }: Ask,
  signal: AbortSignal,
): Promise<Explanation> {
  const { row, knowledge } = await dependencies.db.withWorkspace(tenantOf(caller), async (tx) => {
    const found = await findConnection(tx, caller, connectionId);
    return { row: found, knowledge: await guardKnowledge(tx, found) };
  });
  const parser = await parserOf(row.engine);
  const verdict = await checkStatement(sql, knowledge, "read");
  // EXPLAIN before a statement asks for the same as this use case does.
  const text = (verdict.ok ? verdict.statement.plannable : null) ?? sql;
  const statement = parser.parse(text);
  const shape = statement && queryShape(statement);
  const words = shape ? explainWords(shape, parser) : null;
  const wordsProblem = words
    ? null
    : statement
      ? "This statement changes data or the schema. Only queries are put into words."
      : "The statement cannot be read as one statement. Look for a missing bracket, quote or comma.";
  const none = { words, wordsProblem, plan: null };
  if (!wantsPlan) return { ...none, planProblem: null };
  if (!verdict.ok) return { ...none, planProblem: { message: verdict.refusal.reason, refusal: verdict.refusal } };
  try {
    const plan = await withSession(dependencies, row, signal, (session) =>
      session.plan({ statement: verdict.statement, parameters, limits: row.limits, signal, analyze }),
    );
    return { words, wordsProblem, plan: explainPlan(plan, analyze), planProblem: null };
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    return { ...none, planProblem: { message: error.message, refusal: null } };
  }
}
