import type { AskBody } from "@mindmesh/contracts/query/ask";
import type { Cell } from "@mindmesh/contracts/query/engine";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { type AskDependencies, answerQuestion } from "../ask/ask-question.ts";
import { type AskContext, loadContext } from "../ask/load-context.ts";
import type { Session } from "../engines/engine.ts";
import { withSession } from "../explain/with-session.ts";
import { checkStatement } from "../guard/check-statement.ts";
import type { QuestionSet } from "./question-set.ts";
import { sameResult } from "./same-result.ts";

export interface EvaluatedQuestion {
  id: string;
  question: string;
  /** `right`, `wrong` rows, `refused` what can be answered, `answered` what should have been refused, `failed` on the way. */
  verdict: "right" | "wrong" | "refused" | "answered" | "failed";
  sql: string | null;
  note: string;
  milliseconds: number;
  byModel: boolean;
  /** Null where it is not known. */
  costUsd: number | null;
}

const mostRows = 10_000;

/**
 * Asks every question of a set and compares what the written statements give with what the gold ones give. Nothing is kept in
 * anybody's history, and no answer is taken from the cache.
 * @param model `none` for our own rules alone
 */
export async function* evaluateQuestions(
  dependencies: AskDependencies,
  caller: MemberCaller,
  connectionId: string,
  { set, model, signal }: { set: QuestionSet; model: string; signal: AbortSignal },
): AsyncGenerator<EvaluatedQuestion> {
  const context = await loadContext(dependencies.db, caller, connectionId);
  const by = model === "none" ? ("built-in" as const) : ("model" as const);
  for (const { id, question, gold, ordered, refuse } of set.questions) {
    const body: AskBody = {
      question,
      by,
      run: false,
      fresh: true,
      ...(model !== "none" && model !== "default" && { model }),
    };
    const begun = performance.now();
    const seen = { id, question, byModel: by === "model" };
    try {
      const { outcome, costUsd } = await answerQuestion(dependencies, caller, context, body, "", {
        signal,
        step: () => {},
      });
      const figures = { ...seen, costUsd, milliseconds: performance.now() - begun };
      if (outcome.kind !== "answer") {
        const note = outcome.kind === "question" ? outcome.text : outcome.reason;
        yield { ...figures, verdict: refuse ? "right" : "refused", sql: null, note };
        continue;
      }
      const { sql } = outcome;
      if (refuse) {
        yield { ...figures, verdict: "answered", sql, note: "It should have been refused, or asked back." };
        continue;
      }
      const isRight = await withSession(dependencies, context.row, signal, async (session) => {
        const given = await rowsOf(session, context, sql, signal);
        for (const each of gold)
          if (sameResult(await rowsOf(session, context, each, signal), given, ordered)) return true;
        return false;
      });
      yield {
        ...figures,
        verdict: isRight ? "right" : "wrong",
        sql,
        note: isRight ? "" : "Its rows are not those of any gold statement.",
      };
    } catch (error) {
      signal.throwIfAborted();
      const note = error instanceof Error ? error.message : String(error);
      yield { ...seen, verdict: "failed", sql: null, note, milliseconds: performance.now() - begun, costUsd: null };
    }
  }
}

async function rowsOf(
  session: Session,
  { row, knowledge }: AskContext,
  sql: string,
  signal: AbortSignal,
): Promise<Cell[][]> {
  const verdict = await checkStatement(sql, knowledge, "read");
  if (!verdict.ok) throw new Error(`${sql}: ${verdict.refusal.reason}`);
  const rows: Cell[][] = [];
  const limits = { ...row.limits, rows: Math.min(row.limits.rows, mostRows) };
  for await (const part of session.run({ statement: verdict.statement, parameters: [], limits, signal })) {
    if (part.type === "rows") rows.push(...part.rows);
  }
  return rows;
}

export interface EvaluationFigures {
  questions: number;
  /** Of the questions with gold statements: the share whose rows are right. */
  executionAccuracy: number | null;
  /** Of those that must be refused: the share that was. */
  refusalsRight: number | null;
  refusedWrongly: number;
  failed: number;
  /** Null where a price is not known. */
  costUsd: number | null;
  medianMilliseconds: number;
}

/** The figures of a whole evaluation. */
export function evaluationFigures(set: QuestionSet, results: EvaluatedQuestion[]): EvaluationFigures {
  const refusable = new Set(set.questions.flatMap(({ id, refuse }) => (refuse ? [id] : [])));
  const share = (of: EvaluatedQuestion[]) =>
    of.length === 0 ? null : of.filter(({ verdict }) => verdict === "right").length / of.length;
  const times = results.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  // Our own rules cost nothing; a failed call has no figure.
  const costs = results.map(({ costUsd, verdict, byModel }) => (verdict === "failed" || !byModel ? 0 : costUsd));
  return {
    questions: results.length,
    executionAccuracy: share(results.filter(({ id }) => !refusable.has(id))),
    refusalsRight: share(results.filter(({ id }) => refusable.has(id))),
    refusedWrongly: results.filter(({ verdict }) => verdict === "refused").length,
    failed: results.filter(({ verdict }) => verdict === "failed").length,
    costUsd: costs.some((cost) => cost === null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    medianMilliseconds: times[Math.floor(times.length / 2)] ?? 0,
  };
}
