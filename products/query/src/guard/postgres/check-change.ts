import { columnsInstead } from "../hidden-objects.ts";
import { refuse } from "../refused.ts";
import { tokensOf } from "../text/tokens.ts";
import { checkTargetColumn, rangeOfVariable, rangesOf } from "./check-columns.ts";
import { innerScope, type Range } from "./scope.ts";
import { listIn, nodeIn, type TreeNode, textIn, typed } from "./syntax-tree.ts";
import { placeOf, type Walk } from "./walk-state.ts";
import { noteTable, walkField, walkNode } from "./walk.ts";

/** One INSERT, UPDATE, DELETE or MERGE at the top of a statement; what it reads is under the rules of reading. @throws Refused */
export function checkChange(walk: Walk, type: string, node: TreeNode): void {
  walk.scope = innerScope(null);
  walkField(walk, node, "withClause", "WithClause");
  const relation = nodeIn(node, "relation") ?? {};
  noteTable(walk, relation, true);
  // Which CTEs there are does not matter to what is written: it is always a table.
  const target = rangeOfVariable({ ...walk, scope: null }, relation);
  target.names = [...target.names, textIn(relation, "relname") ?? "", "excluded", ...rowNames(node)];
  walk.scope.ranges = [
    target,
    ...["fromClause", "usingClause"].flatMap((field) => listIn(node, field).flatMap((item) => rangesOf(walk, item))),
    ...rangesOf(walk, node["sourceRelation"]),
  ];
  if (type === "UpdateStmt" || type === "DeleteStmt") demandCondition(walk, type, node);
  if (type === "InsertStmt") checkInsertedColumns(walk, node, target, node["selectStmt"] !== undefined);
  checkTargets(walk, target, listIn(node, "targetList"));
  checkTargets(walk, target, listIn(nodeIn(node, "onConflictClause") ?? {}, "targetList"));
  checkConflictColumns(walk, target, node);
  for (const item of listIn(node, "mergeWhenClauses")) checkMergeAction(walk, target, typed(item)?.node ?? {});
  const { withClause: _, relation: __, ...rest } = node;
  walkNode(walk, type, rest);
}

/** By which names RETURNING reaches the rows before and after. */
function rowNames(node: TreeNode): string[] {
  const options = listIn(nodeIn(node, "returningClause") ?? {}, "options");
  return ["old", "new", ...options.flatMap((option) => textIn(typed(option)?.node ?? {}, "value") ?? [])];
}

function demandCondition(walk: Walk, type: string, node: TreeNode): void {
  if (node["whereClause"] !== undefined) return;
  const words = type === "UpdateStmt" ? "UPDATE" : "DELETE";
  const token = tokensOf(walk.sql, "postgres").find(
    ({ kind, from, to }) => kind === "word" && walk.sql.slice(from, to).toUpperCase() === words,
  );
  refuse(
    walk.sql,
    token === undefined ? null : { from: token.from, to: token.to },
    `This ${words} has no WHERE and would touch every row of the table.`,
    "Say which rows: WHERE …. If it is to be all of them, write WHERE true.",
  );
}

function checkInsertedColumns(walk: Walk, node: TreeNode, target: Range, hasRows: boolean): void {
  const columns = listIn(node, "cols");
  if (columns.length === 0 && hasRows && target.guarded.length > 0) {
    refuse(
      walk.sql,
      target.place,
      "Without a list of columns this would fill columns that are hidden here.",
      columnsInstead(target.guarded),
    );
  }
  checkTargets(walk, target, columns);
}

function checkTargets(walk: Walk, target: Range, columns: unknown[]): void {
  for (const item of columns) {
    const column = typed(item)?.node ?? {};
    checkTargetColumn(walk, target, textIn(column, "name") ?? "", placeOf(walk, column));
  }
}

function checkConflictColumns(walk: Walk, target: Range, node: TreeNode): void {
  const infer = nodeIn(nodeIn(node, "onConflictClause") ?? {}, "infer") ?? {};
  for (const item of listIn(infer, "indexElems")) {
    checkTargetColumn(walk, target, textIn(typed(item)?.node ?? {}, "name") ?? "", null);
  }
}

function checkMergeAction(walk: Walk, target: Range, action: TreeNode): void {
  const inserts = action["commandType"] === "CMD_INSERT";
  if (inserts) checkInsertedColumns(walk, { cols: action["targetList"] }, target, action["values"] !== undefined);
  else checkTargets(walk, target, listIn(action, "targetList"));
}
