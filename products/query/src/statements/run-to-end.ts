import type { Cell, CutCell, Refusal } from "@mindmesh/contracts/query/engine";
import type { Statement, StatementFailureShape } from "@mindmesh/contracts/query/statements";
import type { Actor } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { readBlocks } from "./read-result.ts";
import { type RunAsk, type RunDependencies, runStatement } from "./run-statement.ts";
import { statementShape } from "./statement-shape.ts";

export interface WholeResult {
  statement: Statement;
  rows: Cell[][];
  cuts: CutCell[];
}

/**
 * Runs a reading statement to its end and gives its rows, for who needs all of them at once: ask for few (`rows`).
 * @throws AppError statement_refused, statement_failed, database_unreachable, call_cancelled, and what `runStatement` throws
 */
export async function runToEnd(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: RunAsk & { rows: number },
): Promise<WholeResult> {
  const { ended, cachedAt = null } = await runStatement(dependencies, caller, actor, ask);
  const row = await ended;
  const { refusal, failure } = row;
  if (refusal) throw refusalError(refusal);
  if (failure) throw failureError(failure);
  const whole: WholeResult = { statement: statementShape(row, cachedAt), rows: [], cuts: [] };
  for await (const block of readBlocks(dependencies.db, row)) {
    for (const cells of block.rows) whole.rows.push(cells);
    for (const cut of block.cuts) whole.cuts.push(cut);
    if (whole.rows.length >= ask.rows) break;
  }
  whole.rows.length = Math.min(whole.rows.length, ask.rows);
  return whole;
}

/** What the guard refused, for callers to whom it is an error. */
export function refusalError({ part, reason, instead }: Refusal): AppError {
  const message = [part && `About \`${part.slice(0, 200)}\`:`, reason, instead].filter(Boolean).join(" ");
  return new AppError("statement_refused", { message });
}

/** How a statement failed, for callers to whom it is an error. */
export function failureError({ kind, message, hint }: StatementFailureShape): AppError {
  const code =
    kind === "cancelled" ? "call_cancelled" : kind === "connection" ? "database_unreachable" : "statement_failed";
  return new AppError(code, { message: [message, hint].filter(Boolean).join(" ") });
}
