import type { Access, GuardKnowledge, ObjectName, StatementFacts } from "../guard.ts";
import { resolvedTable } from "../hidden-objects.ts";
import { refuse } from "../refused.ts";
import { checkChangeByWords } from "./change-by-words.ts";
import { refuseHidden } from "./hidden-by-words.ts";
import { namedTables } from "./named-tables.ts";
import { dottedName, isKeyword, isName, isSymbol, type Piece, piecesOf, placeOf } from "./piece.ts";
import { calledFunctions, refusePhrases } from "./refused-parts.ts";
import type { WordRules } from "./word-rules.ts";

const deepest = 200;

/**
 * What a statement does, by its words: for the dialects that have no real parser here. It may begin with few words only, be one
 * statement, and hold no word and call no function of the lists; the walls behind it are the login's rights and the engine's own
 * settings. @throws Refused when it may not run
 */
export function checkByWords(rules: WordRules, sql: string, knowledge: GuardKnowledge, access: Access): StatementFacts {
  const { pieces, comments } = piecesOf(sql, rules.engine);
  const statement = oneStatement(sql, pieces);
  refuseOpenEnds(sql, statement);
  const kind = access === "read" ? readingKind(rules, sql, statement) : ("change" as const);
  refusePhrases(sql, statement, rules.refusedWords);
  rules.more(sql, statement, comments, access);
  refuseStatementsInside(rules, sql, statement);
  if (access === "read") refuseVerbs(rules, sql, statement);
  else checkChangeByWords(rules, sql, statement);
  const functions = calledFunctions(sql, statement, rules);
  const tables = tablesOf(rules, sql, statement, knowledge, access);
  if (knowledge.hidden.length > 0) refuseHidden(sql, statement, knowledge);
  return {
    engine: rules.engine,
    sql,
    access,
    kind,
    plannable: plannableText(sql, statement, kind),
    tables,
    functions,
    maybeCalls: [],
    types: [],
    operators: [],
    hidden: knowledge.hidden,
  };
}

function oneStatement(sql: string, pieces: Piece[]): Piece[] {
  const first = pieces.findIndex((piece) => !isSymbol(piece, ";"));
  if (first < 0) return refuse(sql, null, "There is no statement here.", "Write a query, such as `select 1`.");
  const end = pieces.findIndex((piece, at) => at > first && isSymbol(piece, ";"));
  if (end < 0) return pieces.slice(first);
  const more = pieces.slice(end).find((piece) => !isSymbol(piece, ";"));
  if (more !== undefined) {
    refuse(
      sql,
      { from: more.from, to: sql.length },
      "Only one statement is run at a time: what follows it could undo the walls around it.",
      "Run them one after the other.",
    );
  }
  return pieces.slice(first, end);
}

function refuseOpenEnds(sql: string, pieces: Piece[]): void {
  const open = pieces.find(({ kind }) => kind === "open");
  if (open !== undefined) {
    refuse(
      sql,
      { from: open.from, to: Math.min(open.from + 20, open.to) },
      "This quote or comment is not closed.",
      "Close it.",
    );
  }
  const deep = pieces.find(({ depth }) => depth > deepest);
  if (deep !== undefined)
    refuse(sql, placeOf(deep), "It is nested too deeply to be checked.", "Take it apart: WITH gives each part a name.");
  const early = pieces.find((piece) => isSymbol(piece, ")") && piece.depth < 0);
  if (early !== undefined) refuse(sql, placeOf(early), "This parenthesis was never opened.", "Delete it.");
  const last = pieces.at(-1);
  const left = last === undefined ? 0 : last.depth + (isSymbol(last, "(") ? 1 : 0);
  if (left > 0 && last !== undefined) refuse(sql, placeOf(last), "A parenthesis is not closed.", "Close it.");
}

/** The first word behind opening parentheses, and behind EXPLAIN and what belongs to it. */
function readingKind(rules: WordRules, sql: string, pieces: Piece[]): StatementFacts["kind"] {
  const first = pieces.find((piece) => !isSymbol(piece, "(")) as Piece;
  const kind = first.keyword && Object.hasOwn(rules.beginnings, first.text) ? rules.beginnings[first.text] : undefined;
  if (kind === undefined) return refuseBeginning(rules, sql, pieces, first);
  if (kind !== "explain") return kind;
  const explained = explainedAt(pieces);
  const beginning = pieces[explained];
  const inner =
    beginning?.keyword === true && Object.hasOwn(rules.beginnings, beginning.text)
      ? rules.beginnings[beginning.text]
      : undefined;
  if (inner === undefined && rules.engine === "mysql" && isTableOnly(rules, pieces, explained)) return "show";
  if (inner !== "query" && !isSymbol(beginning, "(")) {
    refuse(
      sql,
      beginning === undefined ? placeOf(first) : placeOf(beginning),
      "Here EXPLAIN explains queries only: it could run what it explains.",
      "Explain the SELECT that finds the same rows.",
    );
  }
  return "explain";
}

/** MySQL takes `EXPLAIN t` and `DESCRIBE t` for the columns of a table. */
function isTableOnly(rules: WordRules, pieces: Piece[], at: number): boolean {
  const piece = pieces[at];
  if (!isName(piece) || (piece.keyword && Object.hasOwn(rules.otherBeginnings, piece.text))) return false;
  return dottedName(pieces, at).next >= pieces.length - 1;
}

function refuseBeginning(rules: WordRules, sql: string, pieces: Piece[], first: Piece): never {
  const [reason, instead] = (Object.hasOwn(rules.otherBeginnings, first.text)
    ? rules.otherBeginnings[first.text]
    : undefined) ?? ["Only queries run here, and this does not begin like one.", "Begin with SELECT or WITH."];
  const last = pieces.slice(0, 3).findLast((piece) => piece.kind === "word") ?? first;
  return refuse(sql, placeOf(first, last.from > first.from ? last : first), reason, instead);
}

const explainWords = ["explain", "describe", "desc", "analyze", "query", "plan", "extended", "partitions", "verbose"];

/** Where what EXPLAIN explains begins, as an index of pieces. */
function explainedAt(pieces: Piece[]): number {
  let at = 0;
  while (isKeyword(pieces[at], ...explainWords)) at += 1;
  if (isKeyword(pieces[at], "format") && isSymbol(pieces[at + 1], "=")) at += 3;
  if (isSymbol(pieces[at], "(") && isKeyword(pieces[at + 1], "analyze", "format")) {
    while (at < pieces.length && !isSymbol(pieces[at], ")")) at += 1;
    at += 1;
  }
  return at;
}

function plannableText(sql: string, pieces: Piece[], kind: StatementFacts["kind"]): string | null {
  if (kind === "show") return null;
  if (kind !== "explain") return sql;
  return sql.slice(pieces[explainedAt(pieces)]?.from ?? 0, pieces.at(-1)?.to);
}

function refuseVerbs(rules: WordRules, sql: string, pieces: Piece[]): void {
  const verb = pieces.find(
    (piece, at) =>
      isKeyword(piece, "into", ...rules.changeVerbs) &&
      !isPartOfUnpivot(rules, pieces, at) &&
      !isSymbol(pieces[at + 1], "(") &&
      !isKeyword(pieces[at - 1], "as"),
  );
  if (verb === undefined) return;
  const words = verb.text.toUpperCase();
  refuse(
    sql,
    placeOf(verb),
    words === "INTO"
      ? "INTO writes what a query finds to a table, a file or a variable."
      : `${words} changes the database.`,
    words === "INTO"
      ? "Leave it out; the result can be exported."
      : "Write a SELECT. If it is a name, put it in quotes.",
  );
}

const beforeQuery = ["as", "from", "join", "materialized", "exists", "lateral", "apply", "in"];

/** Where a query may stand in parentheses, nothing else that begins a statement may. */
function refuseStatementsInside(rules: WordRules, sql: string, pieces: Piece[]): void {
  pieces.forEach((piece, at) => {
    const before = pieces[at - 1];
    if (!isSymbol(before, "(") || !piece.keyword || !isKeyword(pieces[at - 2], ...beforeQuery)) return;
    const only = piece.text === "pragma" || (rules.beginnings[piece.text] === "show" && rules.engine !== "duckdb");
    if (!only && !Object.hasOwn(rules.otherBeginnings, piece.text)) return;
    // A column may be called so: `where x in (load, change)`.
    const next = pieces[at + 1];
    if (next?.kind === "symbol" && !isSymbol(next, "(") && !isKeyword(pieces[at - 2], "as")) return;
    refuse(
      sql,
      placeOf(piece),
      "Only a query may stand in these parentheses.",
      "Begin with SELECT. If it is a name, put it in quotes.",
    );
  });
}

/** DuckDB's `UNPIVOT … INTO NAME … VALUE …` names columns. */
const isPartOfUnpivot = (rules: WordRules, pieces: Piece[], at: number) =>
  rules.engine === "duckdb" &&
  isKeyword(pieces[at], "into") &&
  isKeyword(pieces[at + 1], "name") &&
  pieces.some((piece) => isKeyword(piece, "unpivot"));

function tablesOf(
  rules: WordRules,
  sql: string,
  pieces: Piece[],
  knowledge: GuardKnowledge,
  access: Access,
): StatementFacts["tables"] {
  const found = new Map<string, ObjectName & { written: boolean }>();
  for (const table of namedTables(pieces, access === "write")) {
    const secret = rules.secretTable(
      table.schema?.toLowerCase() ?? null,
      table.name.toLowerCase(),
      knowledge.hidden.length > 0,
    );
    const first = pieces[table.at];
    if (secret !== null && first !== undefined) refuse(sql, placeOf(first, pieces[table.next - 1]), secret);
    const { schema, name } = resolvedTable(knowledge, table);
    const key = `${schema ?? ""}.${name}`;
    found.set(key, { schema, name, written: table.written || found.get(key)?.written === true });
  }
  return [...found.values()];
}
