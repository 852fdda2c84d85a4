import { refuse } from "../refused.ts";
import {
  code,
  each,
  files,
  locks,
  otherDatabase,
  prepared,
  rowChange,
  secrets,
  server,
  setting,
  structure,
  transaction,
  waits,
} from "./advice.ts";
import { namedTables } from "./named-tables.ts";
import { isKeyword, isName, isSymbol, type Piece, placeOf } from "./piece.ts";
import { refusePhrases } from "./refused-parts.ts";
import { anyOf, type Advice, phrase, type RefusedWords, type WordRules } from "./word-rules.ts";

const anywhere = (words: string, advice: Advice): RefusedWords => phrase(words.trim().split(/\s+/).join("|"), advice);

const settings = anywhere("declare set use setuser revert", setting);
/** SET belongs to UPDATE, too. */
const otherSettings = anywhere("declare use setuser revert", setting);

/**
 * T-SQL needs no sign between two statements, so that its verbs may stand nowhere outside of quotes and brackets; nearly all of them
 * are reserved words, which no column can be called without brackets.
 */
const verbs: RefusedWords[] = [
  anywhere("create alter drop truncate grant revoke deny add trigger", structure),
  anywhere("exec execute proc procedure", code),
  settings,
  anywhere("begin commit rollback save tran transaction", transaction),
  anywhere("if while goto return print raiserror throw break continue", code),
  anywhere("open close deallocate cursor", prepared),
  anywhere("bulk backup restore dump load readtext writetext updatetext", files),
  anywhere("openrowset openquery opendatasource openxml", otherDatabase),
  anywhere("kill shutdown reconfigure checkpoint dbcc disable enable send receive move lineno", server),
  anywhere("waitfor", waits),
  phrase("fetch next|prior|first|last|absolute|relative from", prepared),
  phrase("next value for", ["It uses up a number of a sequence.", "sys.sequences shows its value."]),
];

export const mssqlRules: WordRules = {
  engine: "mssql",
  beginnings: { select: "query", with: "query" },
  otherBeginnings: {
    ...each("insert update delete merge truncate", rowChange),
    ...each("exec execute", code),
    ...each("set use", setting),
    ...each("begin commit rollback save", transaction),
    ...each("sp_executesql", prepared),
  },
  // SET belongs to UPDATE, and MERGE and UPDATE may say more: these are looked at together with the verb they belong to.
  refusedWords: [],
  changeVerbs: ["insert", "update", "delete", "merge"],
  functions: [
    { names: anyOf(`openrowset openquery opendatasource openxml`), advice: otherDatabase },
    { names: anyOf(`xp_\\w+ sp_\\w+`), advice: code },
    {
      names: anyOf(
        `
        fn_trace_\\w+ fn_get_audit_file fn_xe_\\w+ fn_dump_\\w+ fn_dblog fn_virtualfilestats fn_full_dblog fn_get_sql
        dm_os_file_exists dm_os_enumerate_\\w+ fn_MSxe_read_event_stream fn_ms\\w+`.toLowerCase(),
      ),
      advice: files,
    },
    {
      names: anyOf(`pwdcompare pwdencrypt loginproperty decryptby\\w+ signby\\w+ encryptby\\w+ certprivatekey`),
      advice: ["It works with passwords or keys of the server.", null],
    },
  ],
  secretTable: (_schema, name, somethingIsHidden) => {
    if (
      /^(?:sql_logins|syslogins|sysxlogins|credentials|linked_logins|remote_logins|server_principal_credentials|key_encryptions|database_scoped_credentials|sysobjvalues|sysoledbusers|sysremotelogins)$/.test(
        name,
      )
    ) {
      return secrets;
    }
    return somethingIsHidden && /^(?:dm_exec_\w+|dm_db_stats_histogram|query_store_\w+|sysprocesses)$/.test(name)
      ? "It shows values and statements of others, and some columns are hidden here."
      : null;
  },
  more: (sql, pieces, _comments, access) => {
    // Engines disagree on which signs end a line, and with it a comment.
    const strange = /[\u0085\u2028\u2029]|\r(?!\n)/.exec(sql);
    if (strange !== null) {
      refuse(
        sql,
        { from: strange.index, to: strange.index + 1 },
        "This sign may or may not end a line.",
        "Use plain line breaks.",
      );
    }
    refusePhrases(sql, pieces, access === "write" ? [...verbsWithoutSet, otherSettings] : verbs);
    refuseSecondQuery(sql, pieces, access === "write");
    refuseHints(sql, pieces);
    for (const table of namedTables(pieces, false)) {
      if (table.parts.length > 3) {
        refuse(sql, placeOf(pieces[table.at] as Piece, pieces[table.next - 1]), ...otherDatabase);
      }
    }
    const brace = pieces.find((piece) => isSymbol(piece, "{"));
    if (brace !== undefined) refuse(sql, placeOf(brace), "Such a brace may call a procedure.", "Write plain T-SQL.");
  },
};

const verbsWithoutSet = verbs.filter((words) => words !== settings);

const joinsQueries = ["union", "all", "except", "intersect"];

/** A second SELECT without UNION, EXCEPT or INTERSECT before it is a second statement. */
function refuseSecondQuery(sql: string, pieces: Piece[], changing: boolean): void {
  pieces.forEach((piece, at) => {
    if (at === 0 || !isKeyword(piece, "select")) return;
    const before = pieces[at - 1];
    if (isSymbol(before, "(") || isKeyword(before, ...joinsQueries)) return;
    // Behind the last CTE, or behind the columns of INSERT.
    const earlier = pieces.slice(0, at).filter((one) => one.depth === piece.depth && isKeyword(one, "select"));
    if (earlier.length === 0 && (isSymbol(before, ")") || changing)) return;
    refuse(
      sql,
      placeOf(piece),
      "A second statement begins here.",
      "Run them one after the other, or join them by UNION ALL.",
    );
  });
}

const lockingHints = "xlock updlock tablock tablockx holdlock paglock rowlock serializable repeatableread".split(" ");

/** Locks are told by WITH (…), and trace flags by OPTION (…). */
function refuseHints(sql: string, pieces: Piece[]): void {
  pieces.forEach((piece, at) => {
    if (isKeyword(piece, ...lockingHints) && isInHints(pieces, at)) refuse(sql, placeOf(piece), ...locks);
    if (isKeyword(piece, "querytraceon")) refuse(sql, placeOf(piece), ...setting);
  });
}

/** `WITH (a, b)`, or the old form `FROM t (a)`. */
function isInHints(pieces: Piece[], at: number): boolean {
  const opening = pieces.findLastIndex((piece, index) => index < at && isSymbol(piece, "("));
  const before = pieces[opening - 1];
  return opening > 0 && (isKeyword(before, "with") || isName(before));
}
