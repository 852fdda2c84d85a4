import { type Token, tokensOf } from "../text/tokens.ts";

/** The options of EXPLAIN, with both spellings of `analyze`. */
export const explainOptions: ReadonlySet<string> = new Set(
  "analyze analyse verbose costs settings generic_plan buffers serialize wal timing summary memory format".split(" "),
);

/** What stands behind EXPLAIN and its options, of a text that the parser has taken for one EXPLAIN. */
export function explainedText(sql: string, from: number): string {
  const tokens = tokensOf(sql, "postgres").filter(({ kind, to }) => kind !== "comment" && to > from);
  const word = (token: Token | undefined) => (token === undefined ? "" : sql.slice(token.from, token.to).toLowerCase());
  let at = tokens.findIndex((token) => word(token) === "explain") + 1;
  if (word(tokens[at]) === "(" && explainOptions.has(word(tokens[at + 1]))) {
    while (at < tokens.length && word(tokens[at]) !== ")") at += 1;
    at += 1;
  } else {
    while (["analyze", "analyse", "verbose"].includes(word(tokens[at]))) at += 1;
  }
  return sql.slice(tokens[at]?.from ?? sql.length);
}
