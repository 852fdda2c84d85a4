import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { type Token, tokensOf } from "../guard/text/tokens.ts";
import type { NamedParameter } from "./bind-parameters.ts";

/**
 * The `:name` parameters of a statement in their order, one per use. Casts (`::`), assignments (`:=`), slices (`a[1:n]`), keys
 * (`{a: 1}`, `json_object('a': 1)`), strings and comments hold none.
 */
export function findParameters(sql: string, engine: EngineKind): NamedParameter[] {
  const tokens = tokensOf(sql, engine).filter(({ kind }) => kind !== "comment");
  const found: NamedParameter[] = [];
  const brackets: string[] = [];
  tokens.forEach((token, at) => {
    const text = sql.slice(token.from, token.to);
    if (token.kind !== "symbol") return;
    if ("([{".includes(text)) brackets.push(text === "[" && !isSubscript(sql, tokens[at - 1]) ? "list" : text);
    if (")]}".includes(text)) brackets.pop();
    const name = tokens[at + 1];
    if (text !== ":" || name?.kind !== "word" || name.from !== token.to) return;
    if (separates(sql, tokens[at - 1], token, brackets.at(-1))) return;
    found.push({ name: sql.slice(name.from, name.to), place: { from: token.from, to: name.to } });
  });
  return found;
}

/** Whether a colon stands between two things: behind a string, number or bracket, close behind a word, or in `[…]` and `{…}`. */
function separates(sql: string, before: Token | undefined, colon: Token, bracket: string | undefined): boolean {
  if (before === undefined) return false;
  if (before.kind === "text" || before.kind === "number" || before.kind === "marker") return true;
  if (before.kind === "symbol")
    return ")]}".includes(sql.slice(before.from, before.to)) || (bracket === "[" && sql[before.from] === "[");
  return before.to === colon.from || bracket === "[" || bracket === "{";
}

/** `a[1]` and `f(x)[1]`, other than `array[1]` and the list `[1]`. */
function isSubscript(sql: string, before: Token | undefined): boolean {
  if (before === undefined) return false;
  const text = sql.slice(before.from, before.to).toLowerCase();
  return before.kind === "symbol" ? [")", "]"].includes(text) : text !== "array" && text !== "in" && text !== "select";
}
