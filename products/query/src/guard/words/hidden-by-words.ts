import type { GuardKnowledge } from "../guard.ts";
import { columnsInstead, type GuardedTable, hiddenColumnSentence, hiddenTableSentence } from "../hidden-objects.ts";
import { refuse } from "../refused.ts";
import { namedTables } from "./named-tables.ts";
import { isKeyword, isName, isSymbol, type Piece, placeOf } from "./piece.ts";

/**
 * Without a tree nobody knows what a name stands for, so a statement that names a table with hidden columns at all may use no
 * name of such a column, no `*` and no other way to reach all columns at once, wherever they stand. @throws Refused
 */
export function refuseHidden(sql: string, pieces: Piece[], knowledge: GuardKnowledge): void {
  for (const table of guardedTables(knowledge)) {
    const named = pieces.find((piece) => mayName(piece) && same(piece.text, table.name));
    if (named === undefined) continue;
    if (table.hidden === "table")
      refuse(sql, placeOf(named), hiddenTableSentence(table), "Ask an admin who may show it.");
    if (table.visible === null) {
      refuse(
        sql,
        placeOf(named),
        `Some columns of ${table.schema}.${table.name} are hidden here, and its other columns are not known yet.`,
        "Read the schema of this connection again, then run it.",
      );
    }
    refuseColumns(sql, pieces, table);
    refuseAllColumns(sql, pieces, table, named, knowledge);
  }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** SQLite takes a string for a name where only a name can stand, and MySQL may take `"…"` for one. */
const mayName = (piece: Piece) => isName(piece) || piece.kind === "text";

function guardedTables({ hidden, tables }: GuardKnowledge): GuardedTable[] {
  const found = new Map<string, GuardedTable>();
  for (const { schema, table, column, isView } of hidden) {
    const key = `${schema}.${table}`.toLowerCase();
    const before = found.get(key);
    const known = tables.find((one) => same(one.schema, schema) && same(one.name, table));
    const columns = before === undefined || before.hidden === "table" ? [] : before.hidden;
    found.set(key, {
      schema,
      name: table,
      hidden: column === null || before?.hidden === "table" ? "table" : [...columns, column],
      visible: known?.columns ?? null,
      isView: isView === true,
    });
  }
  return [...found.values()];
}

function refuseColumns(sql: string, pieces: Piece[], table: GuardedTable): void {
  const hidden = table.hidden === "table" ? [] : table.hidden;
  pieces.forEach((piece, at) => {
    if (!isName(piece) && !(piece.kind === "text" && (isSymbol(pieces[at - 1], ".") || isDouble(sql, piece)))) return;
    const column = hidden.find((one) => same(one, piece.text));
    if (column !== undefined) {
      refuse(
        sql,
        placeOf(piece),
        hiddenColumnSentence(table, column),
        "Leave it out, or ask an admin who may show it.",
      );
    }
  });
}

const isDouble = (sql: string, piece: Piece) => sql[piece.from] === '"';

const wholeTableWords = [
  "natural",
  "table",
  "describe",
  "desc",
  "summarize",
  "show",
  "pivot",
  "unpivot",
  "handler",
  "pragma",
];

function refuseAllColumns(
  sql: string,
  pieces: Piece[],
  table: GuardedTable,
  named: Piece,
  knowledge: GuardKnowledge,
): void {
  const column = table.hidden === "table" ? "" : (table.hidden[0] ?? "");
  const instead = columnsInstead([table]);
  const all = (piece: Piece, words: string): never =>
    refuse(sql, placeOf(piece), `${hiddenColumnSentence(table, column)} ${words} could show it.`, instead);
  pieces.forEach((piece, at) => {
    if (isSymbol(piece, "*") && !isProduct(pieces, at) && !isCount(pieces, at)) all(piece, "`*`");
    if (isKeyword(piece, ...wholeTableWords)) all(piece, `\`${piece.text.toUpperCase()}\``);
    if (isName(piece) && same(piece.text, "columns") && isSymbol(pieces[at + 1], "(")) all(piece, "`COLUMNS(…)`");
    if (isName(piece) && same(piece.text, table.name)) {
      const next = pieces[at + 1];
      if (isSymbol(next, "(") && !isKeyword(pieces[at - 1], "into") && !isSymbol(pieces[at - 1], "."))
        all(piece, "A call");
      refuseRenaming(at + 1);
    }
  });
  if (isKeyword(pieces[0], "from")) all(pieces[0] as Piece, "A query that begins with FROM");
  if (pieces.some((piece) => isKeyword(piece, "insert", "replace", "into")) && !hasColumnList(pieces, table)) {
    all(named, "A list of values without names");
  }
  if (knowledge.engine === "duckdb") refuseWholeRows(pieces, table, all);

  function refuseRenaming(at: number): void {
    let next = at;
    if (isKeyword(pieces[next], "as")) next += 1;
    if (isName(pieces[next]) && isSymbol(pieces[next + 1], "(") && !noAlias.has(pieces[next]?.text ?? "")) {
      all(pieces[next] as Piece, "New names for all columns");
    }
  }
}

const noAlias = new Set(
  "with using on where values select use force ignore partition tablesample join cross inner left".split(" "),
);

/** Between two operands a `*` multiplies. */
function isProduct(pieces: Piece[], at: number): boolean {
  const before = pieces[at - 1];
  const after = pieces[at + 1];
  const left =
    before !== undefined &&
    (before.kind === "number" ||
      before.kind === "marker" ||
      isSymbol(before, ")") ||
      (isName(before) && !isKeyword(before, "select", "distinct", "all", "percent", "ties")));
  const right =
    after !== undefined &&
    (after.kind === "number" ||
      after.kind === "marker" ||
      isSymbol(after, "(") ||
      (isName(after) && !isKeyword(after, ...endsOfStar)));
  return left && right;
}

const endsOfStar =
  `from where group having order limit union intersect except exclude replace rename like ilike similar not
  into window qualify fetch offset for option as returning`.split(/\s+/);

const isCount = (pieces: Piece[], at: number): boolean =>
  isSymbol(pieces[at - 1], "(") &&
  isSymbol(pieces[at + 1], ")") &&
  isName(pieces[at - 2]) &&
  /^count(?:_big)?$/iu.test(pieces[at - 2]?.text ?? "");

/** Whether the target of an INSERT is another table, or names its columns. SQL Server may leave INTO out. */
function hasColumnList(pieces: Piece[], table: GuardedTable): boolean {
  const [target] = namedTables(pieces, true).filter(({ written }) => written);
  if (
    target === undefined ||
    !same(target.name, table.name) ||
    !isKeyword(pieces[target.at - 1], "into", "insert", "replace")
  ) {
    return target !== undefined;
  }
  return isSymbol(pieces[target.next], "(") && !isKeyword(pieces[target.next + 1], "select", "with", "values", "from");
}

/** DuckDB takes the name of a table, or its alias, for a row of it where it can be nothing else. */
function refuseWholeRows(pieces: Piece[], table: GuardedTable, all: (piece: Piece, words: string) => never): void {
  const sources = pieces.flatMap((piece, at) =>
    isName(piece) && same(piece.text, table.name) && isSource(pieces, at) ? [at] : [],
  );
  const aliases = sources.flatMap((at) => aliasAfter(pieces, at) ?? []);
  const definitions = new Set([...sources, ...aliases]);
  const names = new Set([table.name.toLowerCase(), ...aliases.map((at) => pieces[at]?.text.toLowerCase() ?? "")]);
  pieces.forEach((piece, at) => {
    if (!isName(piece) || definitions.has(at) || !names.has(piece.text.toLowerCase())) return;
    if (!isSymbol(pieces[at + 1], ".")) all(piece, "A whole row");
  });
}

function isSource(pieces: Piece[], at: number): boolean {
  let first = at;
  while (isSymbol(pieces[first - 1], ".")) first -= 2;
  return isKeyword(pieces[first - 1], "from", "join", "into", "update", "using");
}

function aliasAfter(pieces: Piece[], at: number): number | null {
  const next = isKeyword(pieces[at + 1], "as") ? at + 2 : at + 1;
  const alias = pieces[next];
  return isName(alias) && !isKeyword(alias, ...afterTable) ? next : null;
}

const afterTable =
  `join inner left right full cross asof semi anti positional on using where group having order limit union
  intersect except window qualify offset tablesample select set values returning natural when`.split(/\s+/);
