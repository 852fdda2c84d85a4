import type { EngineKind } from "@mindmesh/contracts/query/engine";

/**
 * `word`: a name or keyword without quotes; `name`: one in quotes; `text`: a string; `marker`: a placeholder of the engine's own
 * such as `$1`, `?` or `@p`; `run`: a comment that MySQL or MariaDB runs; `open`: quotes or a comment that nobody closes.
 */
export type TokenKind = "word" | "name" | "text" | "number" | "marker" | "symbol" | "comment" | "run" | "open";

/** A piece of SQL text; `from` and `to` in UTF-16 units. What lies between two tokens is white space. */
export interface Token {
  kind: TokenKind;
  from: number;
  to: number;
}

interface Rule {
  kind: TokenKind;
  /** Sticky. */
  pattern: RegExp;
}

const word = /[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/uy;
const wordWithSigns = /[\p{L}_#@\u0080-\uffff][\p{L}\p{N}_$#@\u0080-\uffff]*/uy;
const number =
  /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const plainText = /'[^']*(?:''[^']*)*'/y;
const escapedText = /[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'/y;
const prefixedText = /(?:[nNbBxX]|[uU]&)'[^']*(?:''[^']*)*'/y;
const doubleName = /(?:[uU]&)?"[^"]*(?:""[^"]*)*"/y;
const backtickName = /`[^`]*(?:``[^`]*)*`/y;
const bracketName = /\[[^\]]*(?:\]\][^\]]*)*\]/y;
const dollarText = /\$([\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/uy;
const lineComment = /--[^\n\r]*/y;
const flatComment = /\/\*[\s\S]*?\*\//y;
const openThing = /(?:'|"|`|\[|\/\*)[\s\S]*/y;
const openQuote = /(?:'|"|\/\*)[\s\S]*/y;
const openDollar = /\$(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$[\s\S]*/uy;
const symbol = /::|:=|\.\.|->>|->|#>>|#>|<=>|<=|>=|<>|!=|\|\||&&|@>|<@|=>|==|[^\s]/uy;

/** In the order in which an engine's own scanner tries them. */
const rules: Record<EngineKind, Rule[]> = {
  postgres: [
    { kind: "comment", pattern: lineComment },
    { kind: "text", pattern: escapedText },
    { kind: "name", pattern: doubleName },
    { kind: "text", pattern: prefixedText },
    { kind: "text", pattern: plainText },
    { kind: "text", pattern: dollarText },
    { kind: "marker", pattern: /\$\d+/y },
    { kind: "open", pattern: openQuote },
    { kind: "open", pattern: openDollar },
    { kind: "word", pattern: word },
    { kind: "number", pattern: number },
    { kind: "symbol", pattern: symbol },
  ],
  duckdb: [
    { kind: "comment", pattern: lineComment },
    { kind: "text", pattern: escapedText },
    { kind: "name", pattern: doubleName },
    { kind: "text", pattern: prefixedText },
    { kind: "text", pattern: plainText },
    { kind: "text", pattern: dollarText },
    { kind: "marker", pattern: /\$\w+|\?\d*/y },
    { kind: "open", pattern: openQuote },
    { kind: "open", pattern: openDollar },
    { kind: "word", pattern: word },
    { kind: "number", pattern: number },
    { kind: "symbol", pattern: symbol },
  ],
  mysql: [
    { kind: "run", pattern: /\/\*M?!(?:[\s\S]*?\*\/|[\s\S]*)/y },
    { kind: "comment", pattern: flatComment },
    { kind: "comment", pattern: /--(?=[ \t\n\v\f\r]|$(?![\s\S]))[^\n]*/y },
    { kind: "comment", pattern: /#[^\n]*/y },
    { kind: "text", pattern: /(?:[nNbBxX]|_[a-zA-Z0-9]+\s*)?'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'/y },
    { kind: "text", pattern: /(?:_[a-zA-Z0-9]+\s*)?"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"/y },
    { kind: "name", pattern: backtickName },
    { kind: "marker", pattern: /\?/y },
    {
      kind: "word",
      pattern:
        /@@?(?:`(?:[^`]|``)*`|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|[\p{L}\p{N}_$.\u0080-\uffff]*)/uy,
    },
    { kind: "open", pattern: /(?:'|"|`|\/\*)[\s\S]*/y },
    {
      kind: "number",
      pattern: /(?:0x[0-9a-fA-F]+|0b[01]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\p{L}\p{N}_$\u0080-\uffff])/uy,
    },
    { kind: "word", pattern: /[\p{L}\p{N}_$\u0080-\uffff]+/uy },
    { kind: "symbol", pattern: symbol },
  ],
  mssql: [
    { kind: "comment", pattern: lineComment },
    { kind: "text", pattern: /[nN]?'[^']*(?:''[^']*)*'/y },
    { kind: "name", pattern: /"[^"]*(?:""[^"]*)*"/y },
    { kind: "name", pattern: bracketName },
    { kind: "open", pattern: /(?:'|"|\[|\/\*)[\s\S]*/y },
    { kind: "marker", pattern: /@(?!@)[\p{L}\p{N}_$#@\u0080-\uffff]+/uy },
    { kind: "word", pattern: wordWithSigns },
    { kind: "number", pattern: number },
    { kind: "symbol", pattern: symbol },
  ],
  sqlite: [
    { kind: "comment", pattern: lineComment },
    // SQLite closes a comment that is left open at the end of the text.
    { kind: "comment", pattern: /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))/y },
    { kind: "text", pattern: /[xX]?'[^']*(?:''[^']*)*'/y },
    { kind: "name", pattern: /"[^"]*(?:""[^"]*)*"/y },
    { kind: "name", pattern: backtickName },
    // No doubled bracket here: SQLite ends such a name at the first `]`.
    { kind: "name", pattern: /\[[^\]]*\]/y },
    { kind: "open", pattern: openThing },
    { kind: "marker", pattern: /\?\d*|[@$][\p{L}\p{N}_\u0080-\uffff]+/uy },
    { kind: "word", pattern: word },
    { kind: "number", pattern: number },
    { kind: "symbol", pattern: symbol },
  ],
};

/** PostgreSQL, DuckDB and SQL Server count the comments inside of a comment; the others end it at the first mark. */
const nestedComments: ReadonlySet<EngineKind> = new Set(["postgres", "duckdb", "mssql"]);

const plainSpace = /[ \t\n\v\f\r]+/y;
/** SQL Server and DuckDB take every space of Unicode for one; for the others such a sign is part of a name. */
const anySpace = /\s+/y;

/** The pieces of a text as the engine's own scanner cuts it. It never fails: what nobody closes is one `open` piece to the end. */
export function tokensOf(sql: string, engine: EngineKind): Token[] {
  const tokens: Token[] = [];
  const space = engine === "mssql" || engine === "duckdb" ? anySpace : plainSpace;
  let at = 0;
  while (at < sql.length) {
    space.lastIndex = at;
    if (space.test(sql)) at = space.lastIndex;
    if (at >= sql.length) break;
    const token = tokenAt(sql, at, engine);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

/** A word of plain letters that can be nothing else: nine of ten tokens, found without trying the rules in their order. */
const plainWord = /[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_'"&$#@\u0080-\uffff])/y;

function tokenAt(sql: string, at: number, engine: EngineKind): Token {
  plainWord.lastIndex = at;
  if (plainWord.test(sql)) return { kind: "word", from: at, to: plainWord.lastIndex };
  if (nestedComments.has(engine) && sql.startsWith("/*", at)) {
    const to = endOfNestedComment(sql, at);
    return to === null ? { kind: "open", from: at, to: sql.length } : { kind: "comment", from: at, to };
  }
  for (const { kind, pattern } of rules[engine]) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return { kind, from: at, to: pattern.lastIndex };
  }
  return { kind: "symbol", from: at, to: at + 1 };
}

function endOfNestedComment(sql: string, at: number): number | null {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return null;
}
