import type { StatementWarning } from "@mindmesh/contracts/query/ask";
import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { StatementWords } from "@mindmesh/contracts/query/explain";
import { checkStatement } from "../guard/check-statement.ts";
import type { CheckedStatement } from "../guard/guard.ts";
import { explainWords } from "../explain/explain-words.ts";
import { queryShape } from "../syntax/query-shape.ts";
import { resolveNames } from "../syntax/resolve-names.ts";
import { parserOf } from "../syntax/syntax-tree.ts";
import { statementWarnings } from "./join-warnings.ts";
import type { AskContext } from "./load-context.ts";

export type CheckedAnswer =
  | {
      ok: true;
      statement: CheckedStatement;
      words: StatementWords | null;
      tables: TableName[];
      warnings: StatementWarning[];
    }
  | { ok: false; problem: string };

/** The first checks of a statement that somebody else than the person wrote: the guard, then every name against the real schema. */
export async function checkAnswer(sql: string, { row, catalog, links, knowledge }: AskContext): Promise<CheckedAnswer> {
  const verdict = await checkStatement(sql, knowledge, "read");
  if (!verdict.ok) {
    const { part, reason, instead } = verdict.refusal;
    return { ok: false, problem: [`${part}: ${reason}`, instead].filter(Boolean).join(" ") };
  }
  const parser = await parserOf(row.engine);
  const parsed = parser.parse(verdict.statement.plannable ?? sql);
  const shape = parsed && queryShape(parsed);
  if (!shape || !catalog) {
    const tables = verdict.statement.tables.map(({ schema, name }) => ({ schema: schema ?? "", name }));
    return { ok: true, statement: verdict.statement, words: null, tables, warnings: [] };
  }
  const resolved = resolveNames(shape, catalog, row.engine);
  if (resolved.problems.length > 0) {
    return { ok: false, problem: resolved.problems.map(({ message }) => message).join(" ") };
  }
  return {
    ok: true,
    statement: verdict.statement,
    words: explainWords(shape, parser),
    tables: resolved.tables.map(({ schema, name }) => ({ schema, name })),
    warnings: statementWarnings(resolved, links),
  };
}
