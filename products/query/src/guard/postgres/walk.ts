import type { TextPlace } from "@mindmesh/contracts/query/engine";
import type { StatementFacts } from "../guard.ts";
import { refuse } from "../refused.ts";
import { tokensOf } from "../text/tokens.ts";
import { checkCall } from "./check-call.ts";
import { checkColumnName, checkMemberNames, guardedInUsing, rangesOf } from "./check-columns.ts";
import type { FieldShape } from "./node-shapes.ts";
import { demandKnown, noteName, placeOf, type Walk } from "./walk-state.ts";
import { innerScope, isCommonTable } from "./scope.ts";
import { secretTable } from "./secret-tables.ts";
import { listIn, type TreeNode, textIn, typed, wordsOf } from "./syntax-tree.ts";
import { guardedTable, hiddenTableSentence, resolvedTable } from "../hidden-objects.ts";

export const factsOf = (walk: Walk, outcome: Pick<StatementFacts, "kind" | "plannable">): StatementFacts => ({
  engine: walk.knowledge.engine,
  sql: walk.sql,
  access: walk.access,
  ...outcome,
  tables: [...walk.tables.values()],
  functions: [...walk.functions.values()],
  maybeCalls: [...walk.maybeCalls],
  types: [...walk.types.values()],
  operators: [...walk.operators.values()],
  hidden: walk.knowledge.hidden,
});

/** Nodes inside of nodes: far beyond what people and programs write, and well within the stack that there is. */
const deepest = 600;

/** Looks at a node and all below it. @throws Refused at the first part that may not run */
export function walkNode(walk: Walk, type: string, node: TreeNode): void {
  const shape = walk.nodes.get(type);
  if (shape === undefined) refuseNode(walk, type, node);
  walk.depth += 1;
  if (walk.depth > deepest)
    refuse(walk.sql, placeOf(walk, node), "It is nested too deeply to be checked.", "Write it with CTEs.");
  const check = checks[type];
  if (check === undefined) walkFields(walk, type, node, shape);
  else check(walk, node, () => walkFields(walk, type, node, shape));
  walk.depth -= 1;
}

/** A field that says the type of what it holds, or a list of such. */
export function walkValue(walk: Walk, value: unknown): void {
  const typedNode = value as TreeNode;
  for (const type in typedNode) walkNode(walk, type, typedNode[type] as TreeNode);
}

export function walkField(walk: Walk, node: TreeNode, field: string, shape: FieldShape): void {
  const value = node[field];
  if (value === undefined || shape === "value") return;
  if (shape === "node") walkValue(walk, value);
  else if (shape === "nodes") {
    for (const item of value as unknown[]) walkValue(walk, item);
  } else walkNode(walk, shape, value as TreeNode);
}

function walkFields(walk: Walk, type: string, node: TreeNode, shape: ReadonlyMap<string, FieldShape>): void {
  for (const field in node) {
    const fieldShape = shape.get(field);
    if (fieldShape === undefined) refuseField(walk, type, field);
    walkField(walk, node, field, fieldShape);
  }
}

type Check = (walk: Walk, node: TreeNode, goOn: () => void) => void;

/** The one at the top is checked before; WITH may hold more, which the preview of its rows would not count. */
const refuseInside: Check = (walk, _node, goOn) => {
  if (walk.depth > 1) {
    refuse(
      walk.sql,
      firstWord(walk.sql, /^with$/i),
      "A WITH that changes rows is not run together with another change: its rows would not be counted in the preview.",
      "Run the changes one after the other.",
    );
  }
  goOn();
};

const checks: Record<string, Check> = {
  InsertStmt: refuseInside,
  UpdateStmt: refuseInside,
  DeleteStmt: refuseInside,
  MergeStmt: refuseInside,
  SelectStmt: checkSelect,
  WithClause: checkCommonTables,
  RangeVar: (walk, node) => noteTable(walk, node, false),
  FuncCall: (walk, node, goOn) => {
    checkCall(walk, node);
    goOn();
  },
  ColumnRef: (walk, node) => checkColumnName(walk, node),
  A_Indirection: (walk, node, goOn) => {
    checkMemberNames(walk, node);
    goOn();
  },
  A_Expr: (walk, node, goOn) => {
    noteName(walk.operators, wordsOf(listIn(node, "name")));
    goOn();
  },
  SubLink: (walk, node, goOn) => {
    const operator = wordsOf(listIn(node, "operName"));
    if (operator.length > 0) noteName(walk.operators, operator);
    goOn();
  },
  SortBy: (walk, node, goOn) => {
    const operator = wordsOf(listIn(node, "useOp"));
    if (operator.length > 0) noteName(walk.operators, operator);
    goOn();
  },
  JoinExpr: (walk, node, goOn) => {
    guardedInUsing(walk, node);
    goOn();
  },
  TypeName: (walk, node, goOn) => {
    checkType(walk, node);
    goOn();
  },
  RangeTableSample: (walk, node, goOn) => {
    const method = wordsOf(listIn(node, "method")).at(-1) ?? "";
    if (!sampleMethods.has(method)) {
      refuse(
        walk.sql,
        placeOf(walk, node),
        "This way of taking a sample is not known here.",
        "TABLESAMPLE SYSTEM (1) takes one.",
      );
    }
    goOn();
  },
};

const sampleMethods = new Set(["system", "bernoulli", "system_rows", "system_time"]);

/** Names of a SELECT mean what its FROM and its CTEs say: these are looked at before the rest. */
function checkSelect(walk: Walk, node: TreeNode, goOn: () => void): void {
  const outer = walk.scope;
  walk.scope = innerScope(outer);
  walkField(walk, node, "withClause", "WithClause");
  walk.scope.ranges = listIn(node, "fromClause").flatMap((item) => rangesOf(walk, item));
  if (node["withClause"] === undefined) goOn();
  else {
    const { withClause: _, ...rest } = node;
    walkFields(walk, "SelectStmt", rest, walk.nodes.get("SelectStmt") ?? new Map());
  }
  walk.scope = outer;
}

/** Without RECURSIVE a CTE sees only those before it: by its own name it still reaches the table. */
function checkCommonTables(walk: Walk, node: TreeNode): void {
  const ctes = listIn(node, "ctes").map((item) => typed(item)?.node ?? {});
  const names = walk.scope?.ctes ?? new Set<string>();
  const recursive = node["recursive"] === true;
  if (recursive) for (const cte of ctes) names.add(textIn(cte, "ctename") ?? "");
  for (const cte of ctes) {
    walkNode(walk, "CommonTableExpr", cte);
    names.add(textIn(cte, "ctename") ?? "");
  }
}

/** A table by its name: whether it may be read at all. Its columns are looked at where they are named. */
export function noteTable(walk: Walk, node: TreeNode, written: boolean): void {
  const schema = textIn(node, "schemaname");
  const name = textIn(node, "relname") ?? "";
  if (!written && schema === null && isCommonTable(walk.scope, name)) return;
  const secret = secretTable(schema, name, walk.knowledge.hidden.length > 0);
  if (secret !== null) refuse(walk.sql, placeOf(walk, node), secret, null);
  const guarded = guardedTable(walk.knowledge, { schema, name });
  if (guarded !== null) demandKnown(walk, guarded, placeOf(walk, node));
  const found = guarded ?? resolvedTable(walk.knowledge, { schema, name });
  const key = `${found.schema ?? ""}.${found.name}`;
  const before = walk.tables.get(key);
  walk.tables.set(key, { schema: found.schema, name: found.name, written: written || before?.written === true });
}

function checkType(walk: Walk, node: TreeNode): void {
  const words = wordsOf(listIn(node, "names"));
  noteName(walk.types, words);
  if (walk.knowledge.hidden.length === 0) return;
  const guarded = guardedTable(walk.knowledge, { schema: words.at(-2) ?? null, name: words.at(-1) ?? "" });
  if (guarded?.hidden === "table") refuse(walk.sql, placeOf(walk, node), hiddenTableSentence(guarded));
}

const nodeReasons: Record<string, readonly [words: RegExp, reason: string, instead: string | null]> = {
  InsertStmt: [/^insert$/i, "A WITH that inserts rows changes the database.", "Write a SELECT in its place."],
  UpdateStmt: [/^update$/i, "A WITH that updates rows changes the database.", "Write a SELECT in its place."],
  DeleteStmt: [/^delete$/i, "A WITH that deletes rows changes the database.", "Write a SELECT in its place."],
  MergeStmt: [/^merge$/i, "A WITH that merges rows changes the database.", "Write a SELECT in its place."],
  CurrentOfExpr: [/^current$/i, "CURRENT OF needs a cursor, and there is none.", "Find the row by its key."],
};

function refuseNode(walk: Walk, type: string, node: TreeNode): never {
  const known = nodeReasons[type];
  if (known !== undefined) return refuse(walk.sql, firstWord(walk.sql, known[0]), known[1], known[2]);
  return refuse(walk.sql, placeOf(walk, node), `This part (${type}) is not among those that may run here.`);
}

const fieldReasons: Record<string, readonly [words: RegExp, reason: string, instead: string | null]> = {
  intoClause: [/^into$/i, "SELECT … INTO makes a table.", "Leave INTO out; the result can be exported."],
  lockingClause: [
    /^for$/i,
    "FOR UPDATE and FOR SHARE lock rows against others.",
    "Leave it out: reading needs no lock.",
  ],
};

function refuseField(walk: Walk, type: string, field: string): never {
  const known = fieldReasons[field];
  if (known !== undefined) return refuse(walk.sql, firstWord(walk.sql, known[0]), known[1], known[2]);
  return refuse(walk.sql, null, `A part of this statement (${type}.${field}) is not among those that may run here.`);
}

/** The first place of a word outside of strings and comments, for parts whose place the parser does not keep. */
export function firstWord(sql: string, words: RegExp): TextPlace | null {
  const token = tokensOf(sql, "postgres").find(
    ({ kind, from, to }) => kind === "word" && words.test(sql.slice(from, to)),
  );
  return token === undefined ? null : { from: token.from, to: token.to };
}
