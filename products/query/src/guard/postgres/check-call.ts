import { refuse } from "../refused.ts";
import { functionDenial } from "./denied-functions.ts";
import { listIn, type TreeNode, typed, wordsOf } from "./syntax-tree.ts";
import { noteName, placeOf, type Walk } from "./walk-state.ts";

/** A function call: known names that may not be called, and those that blow up memory by a number. @throws Refused */
export function checkCall(walk: Walk, node: TreeNode): void {
  const words = wordsOf(listIn(node, "funcname"));
  const name = words.at(-1) ?? "";
  const args = listIn(node, "args");
  const denial = functionDenial(name, walk.access);
  if (denial !== null) {
    refuse(walk.sql, placeOf(walk, node), `${name}() may not be called here. ${denial.reason}`, denial.instead);
  }
  if (name === "ts_rewrite" && args.length === 2) {
    refuse(
      walk.sql,
      placeOf(walk, node),
      "ts_rewrite() with two arguments runs the query in its second one.",
      "Give it three: ts_rewrite(query, target, substitute).",
    );
  }
  if (longTexts.has(name) && isHuge(args[1])) {
    refuse(
      walk.sql,
      placeOf(walk, node),
      `${name}() would make a text of many million characters.`,
      "Make it shorter.",
    );
  }
  noteName(walk.functions, words);
}

const longTexts = new Set(["repeat", "lpad", "rpad"]);
const longest = 10_000_000;

function isHuge(argument: unknown): boolean {
  const constant = typed(argument);
  if (constant?.type !== "A_Const") return false;
  const { ival, fval } = constant.node as { ival?: { ival?: number }; fval?: { fval?: string } };
  return (ival?.ival ?? Number(fval?.fval ?? 0)) > longest;
}
