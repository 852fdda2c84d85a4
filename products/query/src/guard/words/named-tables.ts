import type { ObjectName } from "../guard.ts";
import { dottedName, isKeyword, isName, isSymbol, type Piece } from "./piece.ts";

export interface NamedTable extends ObjectName {
  /** As written: catalog, schema and name, or fewer. */
  parts: string[];
  /** Where its name begins and what stands behind it, as indexes of pieces. */
  at: number;
  next: number;
  written: boolean;
}

const endsOfFrom =
  `where group having order limit union intersect except window qualify fetch offset for option set values
  returning select when`.split(/\s+/);

/** In these calls FROM stands between arguments: `extract(year from at)`. */
const callsWithFrom = new Set(["extract", "substring", "substr", "trim", "position", "overlay"]);

/** The names of all CTEs: `name AS (` and `name (columns) AS (`. */
export function commonTables(pieces: Piece[]): Set<string> {
  const names = new Set<string>();
  if (!pieces.some((piece) => isKeyword(piece, "with"))) return names;
  pieces.forEach((piece, at) => {
    if (!isName(piece)) return;
    let next = at + 1;
    if (isSymbol(pieces[next], "(")) {
      const depth = pieces[next]?.depth ?? 0;
      while (next < pieces.length && !(isSymbol(pieces[next], ")") && pieces[next]?.depth === depth)) next += 1;
      next += 1;
    }
    if (!isKeyword(pieces[next], "as")) return;
    next += 1;
    while (isKeyword(pieces[next], "not", "materialized")) next += 1;
    if (isSymbol(pieces[next], "(")) names.add(piece.text.toLowerCase());
  });
  return names;
}

/** The tables that a text names after FROM, JOIN, INTO, UPDATE, TABLE and the commas of a FROM. */
export function namedTables(pieces: Piece[], changing: boolean): NamedTable[] {
  const tables: NamedTable[] = [];
  const ctes = commonTables(pieces);
  /** Depths in whose parentheses a FROM is open. */
  const open = new Set<number>();
  pieces.forEach((piece, at) => {
    if (isSymbol(piece, ")")) open.delete(piece.depth + 1);
    if (isKeyword(piece, ...endsOfFrom)) open.delete(piece.depth);
    const opens = beginsTables(pieces, at);
    if (opens) open.add(piece.depth);
    if (!opens && !(isSymbol(piece, ",") && open.has(piece.depth)) && !isKeyword(piece, "apply")) return;
    const start = afterNoise(pieces, at + 1);
    const { parts, next } = sourceName(pieces, start);
    if (parts.length === 0 || isSymbol(pieces[next], "(")) return collectTarget(pieces, at, start, next, parts);
    if (parts.length === 1 && ctes.has(parts[0]?.toLowerCase() ?? "") && !isKeyword(piece, "into", "update")) return;
    tables.push({
      name: parts.at(-1) ?? "",
      schema: parts.at(-2) ?? null,
      parts,
      at: start,
      next,
      written: changing && isTarget(pieces, at),
    });
  });
  return tables;

  /** `INSERT INTO t (columns)` looks like a call. */
  function collectTarget(all: Piece[], at: number, start: number, next: number, parts: string[]): void {
    if (parts.length === 0 || !isKeyword(all[at], "into")) return;
    tables.push({ name: parts.at(-1) ?? "", schema: parts.at(-2) ?? null, parts, at: start, next, written: changing });
  }
}

/** SQLite and DuckDB take a string for a name here, too. */
function sourceName(pieces: Piece[], at: number): { parts: string[]; next: number } {
  const piece = pieces[at];
  return piece?.kind === "text" ? { parts: [piece.text], next: at + 1 } : dottedName(pieces, at);
}

function beginsTables(pieces: Piece[], at: number): boolean {
  const piece = pieces[at];
  if (isKeyword(piece, "join", "into", "straight_join")) return true;
  if (
    isKeyword(
      piece,
      "update",
      "table",
      "describe",
      "desc",
      "summarize",
      "pivot",
      "unpivot",
      "truncate",
      "replace",
      "merge",
      "delete",
      "insert",
    )
  ) {
    return startsStatement(pieces, at);
  }
  if (isKeyword(piece, "using"))
    return pieces.some((one) => isKeyword(one, "merge", "delete")) && !isSymbol(pieces[at + 1], "(");
  if (!isKeyword(piece, "from") || isKeyword(pieces[at - 1], "distinct")) return false;
  const opening = openingBefore(pieces, at);
  return opening === null || !callsWithFrom.has(pieces[opening - 1]?.text ?? "");
}

/** At the beginning, behind EXPLAIN, or behind the last `)` of WITH. */
function startsStatement(pieces: Piece[], at: number): boolean {
  const before = pieces[at - 1];
  return (
    before === undefined ||
    isSymbol(before, "(") ||
    isKeyword(before, "explain", "analyze", "union", "all", "intersect", "except", "as", "plan") ||
    (isSymbol(before, ")") && before.depth === pieces[at]?.depth && pieces.some((piece) => isKeyword(piece, "with")))
  );
}

function openingBefore(pieces: Piece[], at: number): number | null {
  const depth = pieces[at]?.depth ?? 0;
  if (depth === 0) return null;
  for (let back = at - 1; back >= 0; back -= 1) {
    if (isSymbol(pieces[back], "(") && pieces[back]?.depth === depth - 1) return back;
  }
  return null;
}

/** Words between a verb and its table. */
const noise = `only lateral low_priority high_priority quick ignore delayed into from top or replace rollback abort fail
  table natural`.split(/\s+/);

function afterNoise(pieces: Piece[], at: number): number {
  let next = at;
  while (
    isKeyword(pieces[next], ...noise) ||
    (isSymbol(pieces[next], "(") &&
      isName(pieces[next + 1]) &&
      !isKeyword(pieces[next + 1], "select", "with", "values", "from"))
  ) {
    next += 1;
  }
  return next;
}

function isTarget(pieces: Piece[], at: number): boolean {
  if (isKeyword(pieces[at], "into", "update", "delete", "merge", "insert", "replace")) return true;
  return isKeyword(pieces[at], "from") && isKeyword(pieces[at - 1], "delete", "ignore", "quick", "low_priority");
}
