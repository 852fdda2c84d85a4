import type { Cell, CutCell } from "@mindmesh/contracts/query/engine";
import type { Statement } from "@mindmesh/contracts/query/statements";
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
  if (refusal) {
    const { part, reason, instead } = refusal;
    const message = [part && `About \`${part.slice(0, 200)}\`:`, reason, instead].filter(Boolean).join(" ");
    throw new AppError("statement_refused", { message });
  }
  if (failure) {
    const { kind, message, hint } = failure;
    const code =
      kind === "cancelled" ? "call_cancelled" : kind === "connection" ? "database_unreachable" : "statement_failed";
    throw new AppError(code, { message: [message, hint].filter(Boolean).join(" ") });
  }
  const whole: WholeResult = { statement: statementShape(row, cachedAt), rows: [], cuts: [] };
  for await (const block of readBlocks(dependencies.db, row)) {
    for (const cells of block.rows) whole.rows.push(cells);
    for (const cut of block.cuts) whole.cuts.push(cut);
    if (whole.rows.length >= ask.rows) break;
  }
  whole.rows.length = Math.min(whole.rows.length, ask.rows);
  return whole;
}
