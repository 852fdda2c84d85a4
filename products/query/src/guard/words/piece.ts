import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import { type Token, tokensOf } from "../text/tokens.ts";

/** A token that means something, with what it says. Comments are left out. */
export interface Piece extends Token {
  /** Names and strings without their quotes; the rest in lower case. */
  text: string;
  /** In how many parentheses it stands. */
  depth: number;
  /** A word that the engine may take for a keyword: without quotes, and no part of a dotted name. */
  keyword: boolean;
}

/** The pieces of a text; comments are returned beside them, since some engines read orders in them. */
export function piecesOf(sql: string, engine: EngineKind): { pieces: Piece[]; comments: Token[] } {
  const pieces: Piece[] = [];
  const comments: Token[] = [];
  let depth = 0;
  for (const token of tokensOf(sql, engine)) {
    if (token.kind === "comment") {
      comments.push(token);
      continue;
    }
    const raw = sql.slice(token.from, token.to);
    const text = token.kind === "name" || token.kind === "text" ? unquoted(raw) : raw.toLowerCase();
    if (text === ")" && token.kind === "symbol") depth -= 1;
    const afterDot = pieces.at(-1)?.text === "." && pieces.at(-1)?.kind === "symbol";
    pieces.push({ ...token, text, depth, keyword: token.kind === "word" && !afterDot });
    if (text === "(" && token.kind === "symbol") depth += 1;
  }
  return { pieces, comments };
}

function unquoted(raw: string): string {
  const first = raw.search(/['"`[$]/);
  const quote = raw[first] ?? "";
  if (quote === "$") return raw.replace(/^\$\w*\$([\s\S]*)\$\w*\$$/u, "$1");
  const inside = raw.slice(first + 1, -1);
  const close = quote === "[" ? "]" : quote;
  return inside.replaceAll(close + close, close);
}

export const isSymbol = (piece: Piece | undefined, text: string): boolean =>
  piece?.kind === "symbol" && piece.text === text;

export const isKeyword = (piece: Piece | undefined, ...words: string[]): boolean =>
  piece?.keyword === true && words.includes(piece.text);

/** A word or a quoted name: what may stand for a table, a column or a function. */
export const isName = (piece: Piece | undefined): piece is Piece & { kind: "word" | "name" } =>
  piece?.kind === "word" || piece?.kind === "name";

export const placeOf = (first: Piece, last: Piece = first): TextPlace => ({ from: first.from, to: last.to });

/** The dotted name that begins at a piece, and the piece behind it. `a..b` has an empty part in the middle. */
export function dottedName(pieces: Piece[], at: number): { parts: string[]; next: number } {
  const parts: string[] = [];
  let next = at;
  while (isName(pieces[next])) {
    parts.push(pieces[next]?.text ?? "");
    next += 1;
    while (isSymbol(pieces[next], ".") || isSymbol(pieces[next], "..")) {
      if (isSymbol(pieces[next], "..") || isSymbol(pieces[next + 1], ".")) parts.push("");
      next += 1;
      if (isName(pieces[next])) break;
    }
    const before = pieces[next - 1];
    if (!isSymbol(before, ".") && !isSymbol(before, "..")) break;
  }
  return { parts, next };
}
