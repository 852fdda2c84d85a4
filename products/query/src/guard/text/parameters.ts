import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import { type Token, tokensOf } from "./tokens.ts";

/** A `:name` in a statement. */
export interface NamedParameter {
  name: string;
  /** With the colon, in UTF-16 units. */
  place: TextPlace;
}

/** A statement as the engine's driver takes it. */
export interface BoundStatement {
  sql: string;
  /** The names whose values go to the driver, in its order: each once where placeholders are numbered, else at every use. */
  order: string[];
  /** Where a place in `sql` is in the text with names, in UTF-16 units: for errors of the database. */
  placeBefore(place: number): number;
}

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

/** How the drivers of the engines name the n-th value; MySQL's counts by place. */
const placeholder: Record<EngineKind, (n: number) => string> = {
  postgres: (n) => `$${n}`,
  duckdb: (n) => `$${n}`,
  sqlite: (n) => `?${n}`,
  mssql: (n) => `@p${n}`,
  mysql: () => "?",
};

/** Puts the engine's own placeholders in place of `:name`. Those that stand in the text already keep their meaning only if alone. */
export function bindParameters(sql: string, engine: EngineKind): BoundStatement {
  const parameters = findParameters(sql, engine);
  const order: string[] = [];
  const shifts: { at: number; by: number }[] = [];
  let bound = "";
  let done = 0;
  for (const { name, place } of parameters) {
    if (engine === "mysql" || !order.includes(name)) order.push(name);
    const mark = placeholder[engine](order.indexOf(name) + 1);
    bound += sql.slice(done, place.from) + mark;
    done = place.to;
    shifts.push({ at: bound.length, by: place.to - bound.length });
  }
  bound += sql.slice(done);
  return {
    sql: bound,
    order,
    placeBefore: (place) => place + (shifts.findLast(({ at }) => at <= place)?.by ?? 0),
  };
}
