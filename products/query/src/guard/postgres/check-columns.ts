import type { TextPlace } from "@mindmesh/contracts/query/engine";
import {
  columnsInstead,
  comparable,
  type GuardedTable,
  hiddenColumnSentence,
  isHiddenColumn,
  isVisibleColumn,
} from "../hidden-objects.ts";
import { refuse } from "../refused.ts";
import { functionDenial } from "./denied-functions.ts";
import { isCommonTable, type Range, rangeOfTable, rangesNamed } from "./scope.ts";
import { listIn, nodeIn, type TreeNode, textIn, typed, wordsOf } from "./syntax-tree.ts";
import { demandKnown, placeOf, type Walk } from "./walk-state.ts";

/** What an item of FROM can be called by in the rest of its SELECT. @throws Refused where hidden columns would get new names */
export function rangesOf(walk: Walk, item: unknown): Range[] {
  const source = typed(item);
  if (source === null) return [];
  const { type, node } = source;
  if (type === "RangeVar") return [rangeOfVariable(walk, node)];
  if (type === "RangeTableSample") return rangesOf(walk, node["relation"]);
  if (type === "JoinExpr") return rangesOfJoin(walk, node);
  const alias = aliasOf(node);
  return alias === null ? [] : [{ names: [alias], guarded: [], columns: null, place: null }];
}

export function rangeOfVariable(walk: Walk, node: TreeNode): Range {
  const schema = textIn(node, "schemaname");
  const name = textIn(node, "relname") ?? "";
  const alias = aliasOf(node);
  if (schema === null && isCommonTable(walk.scope, name)) {
    return { names: [alias ?? name], guarded: [], columns: null, place: null };
  }
  const range = rangeOfTable(walk.knowledge, { schema, name, alias }, placeOf(walk, node));
  for (const table of range.guarded) demandKnown(walk, table, range.place);
  if (listIn(nodeIn(node, "alias") ?? {}, "colnames").length > 0) {
    const guarded = range.guarded[0];
    if (guarded !== undefined) refuseRenaming(walk, guarded, range.place);
    range.columns = null;
  }
  return range;
}

function rangesOfJoin(walk: Walk, node: TreeNode): Range[] {
  const inside = [...rangesOf(walk, node["larg"]), ...rangesOf(walk, node["rarg"])];
  const alias = nodeIn(node, "alias");
  if (alias === null) return inside;
  const guarded = inside.flatMap((range) => range.guarded);
  const first = guarded[0];
  if (first !== undefined && listIn(alias, "colnames").length > 0)
    refuseRenaming(walk, first, inside[0]?.place ?? null);
  return [...inside, { names: [textIn(alias, "aliasname") ?? ""], guarded, columns: null, place: null }];
}

const aliasOf = (node: TreeNode): string | null => {
  const alias = nodeIn(node, "alias");
  return alias === null ? null : textIn(alias, "aliasname");
};

function refuseRenaming(walk: Walk, guarded: GuardedTable, place: TextPlace | null): never {
  return refuse(
    walk.sql,
    place,
    `New names for all columns of ${guarded.schema}.${guarded.name} would reach those that are hidden here.`,
    "Leave the list of columns out and name single columns with AS.",
  );
}

/** NATURAL compares all columns of one name, USING those that it names. @throws Refused when a hidden one is among them */
export function guardedInUsing(walk: Walk, join: TreeNode): void {
  if (walk.knowledge.hidden.length === 0) return;
  const sides = [...rangesOf(walk, join["larg"]), ...rangesOf(walk, join["rarg"])];
  const guarded = sides.flatMap((range) => range.guarded);
  const first = guarded[0];
  if (first === undefined) return;
  if (join["isNatural"] === true) {
    refuse(
      walk.sql,
      sides.find((range) => range.guarded.length > 0)?.place ?? null,
      `A NATURAL join would compare hidden columns of ${first.schema}.${first.name}.`,
      "Name the columns: JOIN … USING (…) or ON ….",
    );
  }
  for (const column of wordsOf(listIn(join, "usingClause"))) refuseHidden(walk, guarded, column, null);
}

function refuseHidden(walk: Walk, tables: GuardedTable[], column: string, place: TextPlace | null): void {
  const table = tables.find((one) => isHiddenColumn(walk.knowledge, one, column));
  if (table !== undefined) {
    refuse(walk.sql, place, hiddenColumnSentence(table, column), "Leave it out, or ask an admin who may show it.");
  }
}

/** Refuses a column by a name that stands outside of expressions: of INSERT, SET or ON CONFLICT. */
export function checkTargetColumn(walk: Walk, target: Range, column: string, place: TextPlace | null): void {
  refuseHidden(walk, target.guarded, column, place);
}

/** Columns that every table of PostgreSQL has. */
const systemColumns = new Set(["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]);

/** A name in an expression: `x`, `t.x`, `s.t.x`, `*` or `t.*`. @throws Refused */
export function checkColumnName(walk: Walk, node: TreeNode): void {
  const fields = listIn(node, "fields");
  const words = wordsOf(fields);
  const star = words.length < fields.length;
  const place = placeOf(walk, node);
  const owner = star ? words.at(-1) : words.at(-2);
  if (owner === undefined) {
    if (star) checkStar(walk, walk.scope?.ranges ?? [], place);
    else checkBareName(walk, words[0] ?? "", place);
    return;
  }
  const ranges = rangesNamed(walk.scope, owner);
  if (star) checkStar(walk, ranges, place);
  else checkMember(walk, ranges, words.at(-1) ?? "", place);
}

function checkStar(walk: Walk, ranges: Range[], place: TextPlace | null): void {
  const guarded = ranges.flatMap((range) => range.guarded);
  const first = guarded[0];
  if (first === undefined) return;
  const column = first.hidden === "table" ? "" : (first.hidden[0] ?? "");
  refuse(
    walk.sql,
    place ?? ranges.find((range) => range.guarded.length > 0)?.place ?? null,
    `${hiddenColumnSentence(first, column)} \`*\` would show it.`,
    columnsInstead(guarded),
  );
}

/** A single name is a column of the nearest FROM that has one, or else a whole row of a table of that name. */
function checkBareName(walk: Walk, name: string, place: TextPlace | null): void {
  if (walk.knowledge.hidden.length === 0) return;
  for (let scope = walk.scope; scope !== null; scope = scope.parent) {
    for (const { guarded } of scope.ranges) refuseHidden(walk, guarded, name, place);
    if (scope.ranges.some((range) => hasColumn(walk, range, name))) return;
    const row = scope.ranges.find((range) => range.guarded.length > 0 && range.names.includes(name));
    if (row !== undefined) refuseWholeRow(walk, row, place);
  }
}

const hasColumn = (walk: Walk, range: Range, name: string): boolean =>
  range.columns?.some((column) => comparable(walk.knowledge, column) === comparable(walk.knowledge, name)) === true ||
  range.guarded.some((table) => isVisibleColumn(walk.knowledge, table, name));

function refuseWholeRow(walk: Walk, row: Range, place: TextPlace | null): never {
  const first = row.guarded[0] as GuardedTable;
  return refuse(
    walk.sql,
    place,
    `A whole row of ${first.schema}.${first.name} would show columns that are hidden here.`,
    columnsInstead([first]),
  );
}

/** `t.x`: a column, or the function `x` called with a row of `t`. */
function checkMember(walk: Walk, ranges: Range[], name: string, place: TextPlace | null): void {
  for (const { guarded } of ranges) {
    refuseHidden(walk, guarded, name, place);
    const table = guarded.find((one) => !isVisibleColumn(walk.knowledge, one, name));
    if (table !== undefined && guarded.length === 1 && !systemColumns.has(name)) {
      refuse(
        walk.sql,
        place,
        `${table.schema}.${table.name} has no column ${name} that may be seen, and as a function it would get the whole row.`,
        columnsInstead([table]),
      );
    }
  }
  if (ranges.length > 0 && ranges.every((range) => hasColumn(walk, range, name))) return;
  noteMaybeCall(walk, name, place);
}

/** `(expression).x`: a field of a row, or a function called with it. */
export function checkMemberNames(walk: Walk, node: TreeNode): void {
  for (const name of wordsOf(listIn(node, "indirection"))) noteMaybeCall(walk, name, null);
}

function noteMaybeCall(walk: Walk, name: string, place: TextPlace | null): void {
  const denial = functionDenial(name, walk.access);
  if (denial !== null) {
    refuse(
      walk.sql,
      place,
      `\`.${name}\` calls the function ${name}() where there is no such column. ${denial.reason}`,
      denial.instead,
    );
  }
  walk.maybeCalls.add(name);
}
