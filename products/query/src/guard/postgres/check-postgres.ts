import type { Access, GuardKnowledge, StatementFacts } from "../guard.ts";
import { refuse } from "../refused.ts";
import { oneStatementOnly } from "../one-statement.ts";
import { checkChange } from "./check-change.ts";
import { explainedText, explainOptions } from "./explained-text.ts";
import { readingNodes, writingNodes } from "./node-shapes.ts";
import { type ParsedStatement, parsePostgres } from "./parse-postgres.ts";
import { listIn, type TreeNode, textIn, typed } from "./syntax-tree.ts";
import { refuseStatement } from "./refuse-statement.ts";
import type { Walk } from "./walk-state.ts";
import { factsOf, firstWord, walkNode } from "./walk.ts";

const changing = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** What a statement for PostgreSQL does, by the tree of PostgreSQL's own parser. @throws Refused when it may not run */
export async function checkPostgres(sql: string, knowledge: GuardKnowledge, access: Access): Promise<StatementFacts> {
  const statement = oneStatementOnly(sql, await parsePostgres(sql));
  const walk: Walk = {
    sql,
    knowledge,
    access,
    nodes: access === "read" ? readingNodes : writingNodes,
    scope: null,
    depth: 0,
    tables: new Map(),
    functions: new Map(),
    maybeCalls: new Set(),
    types: new Map(),
    operators: new Map(),
  };
  return factsOf(walk, access === "read" ? read(walk, statement) : change(walk, statement));
}

type Outcome = Pick<StatementFacts, "kind" | "plannable">;

function read(walk: Walk, { type, node, from }: ParsedStatement): Outcome {
  if (type === "SelectStmt") {
    walkNode(walk, type, node);
    return { kind: "query", plannable: walk.sql };
  }
  if (type === "VariableShowStmt") return { kind: "show", plannable: null };
  if (type === "ExplainStmt") return explain(walk, node, from);
  return refuseStatement(walk.sql, from, type, "read");
}

function change(walk: Walk, { type, node, from }: ParsedStatement): Outcome {
  if (!changing.has(type)) refuseStatement(walk.sql, from, type, "write");
  checkChange(walk, type, node);
  return { kind: "change", plannable: walk.sql };
}

/** ANALYZE runs what it explains, so that it must be a query under the rules of all others. */
function explain(walk: Walk, node: TreeNode, from: number): Outcome {
  for (const option of listIn(node, "options")) {
    const name = textIn(typed(option)?.node ?? {}, "defname") ?? "";
    if (!explainOptions.has(name))
      refuse(walk.sql, firstWord(walk.sql, /^explain$/i), `EXPLAIN with the option ${name} is not known here.`);
  }
  const explained = typed(node["query"]);
  if (explained?.type !== "SelectStmt") {
    return refuse(
      walk.sql,
      firstWord(walk.sql, /^explain$/i),
      "Here EXPLAIN explains queries only: with ANALYZE it would run what it explains.",
      "Explain the SELECT that finds the same rows; an admin sees the rows that a change would touch in its preview.",
    );
  }
  walkNode(walk, explained.type, explained.node);
  return { kind: "explain", plannable: explainedText(walk.sql, from) };
}
