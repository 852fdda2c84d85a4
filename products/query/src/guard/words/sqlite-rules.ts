import { refuse } from "../refused.ts";
import { code, each, files, otherDatabase, rowChange, server, structure, transaction } from "./advice.ts";
import { isKeyword, isSymbol, type Piece, placeOf } from "./piece.ts";
import { anyOf, type WordRules } from "./word-rules.ts";

/** Those that may have an argument only tell of what it names; the others are asked without one. */
const pragmasWithArgument = new Set(
  "table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list foreign_key_check integrity_check quick_check".split(
    " ",
  ),
);
const pragmas = new Set(
  `database_list collation_list function_list module_list pragma_list compile_options encoding user_version schema_version
   application_id page_count page_size freelist_count journal_mode foreign_keys data_version`.split(/\s+/),
);

export const sqliteRules: WordRules = {
  engine: "sqlite",
  beginnings: { select: "query", with: "query", values: "query", explain: "explain", pragma: "show" },
  otherBeginnings: {
    ...each("insert update delete replace", rowChange),
    ...each("create alter drop reindex analyze", structure),
    ...each("begin commit end rollback savepoint release", transaction),
    ...each("attach detach", otherDatabase),
    ...each("vacuum", ["It writes the whole database anew, or into another file.", null]),
  },
  refusedWords: [],
  changeVerbs: ["insert", "update", "delete", "replace"],
  functions: [
    { names: anyOf(`load_extension`), advice: code },
    { names: anyOf(`readfile writefile edit fsdir lsmode zipfile csv`), advice: files },
    {
      names: anyOf(`fts3_tokenizer sqlite_dbpage sqlite_dbdata sqlite_dbptr sqlite_memstat sqlite_stmt`),
      advice: server,
    },
  ],
  secretTable: (_schema, name, somethingIsHidden) => {
    if (/^(?:sqlite_dbpage|sqlite_dbdata|sqlite_dbptr|fsdir|zipfile|sqlite_memstat|sqlite_stmt)$/.test(name)) {
      return "It reads pages, files or the memory of the engine.";
    }
    return somethingIsHidden && name.startsWith("sqlite_stat")
      ? "It holds values of columns, and some are hidden here."
      : null;
  },
  more: (sql, pieces) => {
    if (isKeyword(pieces[0], "pragma")) checkPragma(sql, pieces);
    pieces.forEach((piece, at) => {
      const pragma = /^pragma_(\w+)$/u.exec(piece.text)?.[1];
      if (pragma === undefined || piece.kind === "text" || isSymbol(pieces[at + 1], ".")) return;
      const argument = isSymbol(pieces[at + 1], "(") && !isSymbol(pieces[at + 2], ")");
      if (!(pragmas.has(pragma) && !argument) && !pragmasWithArgument.has(pragma)) refusePragma(sql, piece);
    });
  },
};

function checkPragma(sql: string, pieces: Piece[]): void {
  const name = isSymbol(pieces[2], ".") ? 3 : 1;
  const pragma = pieces[name];
  const word = pragma?.text.toLowerCase() ?? "";
  const next = pieces[name + 1];
  const asked = pragmas.has(word) && next === undefined;
  const told = pragmasWithArgument.has(word) && (next === undefined || isSymbol(next, "("));
  if (!asked && !told) refusePragma(sql, pieces[0] as Piece, pieces.at(-1));
}

function refusePragma(sql: string, first: Piece, last: Piece = first): never {
  return refuse(
    sql,
    placeOf(first, last),
    "This PRAGMA is not among those that only tell something.",
    "PRAGMA table_info(name), index_list(name), foreign_key_list(name) and database_list do.",
  );
}
