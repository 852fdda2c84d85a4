import { refuse } from "../refused.ts";
import {
  code,
  each,
  files,
  locks,
  prepared,
  rowChange,
  secrets,
  server,
  setting,
  structure,
  transaction,
  waits,
} from "./advice.ts";
import { isKeyword, isSymbol, type Piece, placeOf } from "./piece.ts";
import { anyOf, phrase, type WordRules } from "./word-rules.ts";

const shown = new Set(
  `databases schemas tables columns fields index indexes keys status variables warnings errors engines charset character
   collation triggers events plugins privileges processlist create full extended global session open count table function
   procedure`.split(/\s+/),
);
const shownByCreate = new Set("table view database schema trigger event function procedure sequence".split(" "));

export const mysqlRules: WordRules = {
  engine: "mysql",
  beginnings: {
    select: "query",
    with: "query",
    values: "query",
    table: "query",
    explain: "explain",
    describe: "explain",
    desc: "explain",
    show: "show",
  },
  otherBeginnings: {
    ...each("insert update delete replace", rowChange),
    ...each("create alter drop truncate rename grant revoke analyze optimize repair check checksum", structure),
    ...each("set reset use", setting),
    ...each("start begin commit rollback savepoint release xa", transaction),
    ...each("prepare execute deallocate", prepared),
    ...each("call do signal", code),
    ...each("load import", files),
    ...each("lock unlock handler", locks),
    ...each("kill flush purge change stop install uninstall binlog shutdown restart clone cache backup", server),
  },
  refusedWords: [
    phrase("for update|share", locks),
    phrase("lock in share", locks),
    phrase("procedure analyse", code),
    phrase("next|previous value for", ["It uses up a number of a sequence.", null]),
  ],
  changeVerbs: ["insert", "update", "delete", "replace"],
  functions: [
    { names: anyOf(`sleep benchmark`), advice: waits },
    {
      names: anyOf(`get_lock release_lock release_all_locks service_get_\\w+ service_release_\\w+`),
      advice: locks,
    },
    { names: anyOf(`load_file`), advice: files },
    {
      names: anyOf(`extractvalue updatexml`),
      advice: ["Its error messages show values, past rights and limits.", "JSON_EXTRACT reads JSON."],
    },
    {
      names: anyOf(`sys_exec sys_eval sys_get sys_set sys_bineval lib_mysqludf_\\w+ reverse_shell`),
      advice: ["It runs programs on the database server.", null],
    },
    { names: anyOf(`nextval setval`), advice: ["It changes a sequence.", "LASTVAL(sequence) reads it."] },
    {
      names: anyOf(`
        master_pos_wait source_pos_wait master_gtid_wait wait_for_executed_gtid_set wait_until_sql_thread_after_gtids
        wsrep_sync_wait_upto_gtid`),
      advice: waits,
    },
    {
      names: anyOf(`
        group_replication_\\w+ asynchronous_connection_failover_\\w+ keyring_\\w+ audit_log_\\w+ version_tokens_\\w+
        mysql_firewall_\\w+ mysql_query_attribute_string gen_dictionary_\\w+ set_firewall_mode spider_\\w+`),
      advice: server,
    },
  ],
  secretTable: (schema, name, somethingIsHidden) => {
    if (schema === "mysql" && !/^(?:help_|time_zone)/.test(name)) return secrets;
    if (
      schema === "performance_schema" &&
      /^(?:user_variables_by_thread|replication_connection_configuration|keyring_keys)$/.test(name)
    ) {
      return secrets;
    }
    const othersWords =
      schema === "performance_schema" || schema === "sys" || name === "processlist" || name === "column_statistics";
    return somethingIsHidden && othersWords
      ? "It shows values and statements of others, and some columns are hidden here."
      : null;
  },
  more: (sql, pieces, comments, access) => {
    const strange = /--[^\P{Cc}\t\n\v\f\r]/u.exec(sql);
    if (strange !== null) {
      const from = strange.index;
      refuse(
        sql,
        { from, to: from + 3 },
        "Nobody can tell whether a comment begins here.",
        "Write a space behind the two dashes.",
      );
    }
    for (const { from, to } of comments) {
      if (sql.startsWith("/*", from) && sql.slice(from + 2, to).includes("/*")) {
        refuse(
          sql,
          { from, to },
          "MySQL and MariaDB do not agree on where a comment in a comment ends.",
          "Leave the inner one out.",
        );
      }
      if (sql.startsWith("/*+", from)) {
        refuse(sql, { from, to }, "Such a comment gives orders to the database, also on its limits.", "Leave it out.");
      }
    }
    for (const piece of pieces) {
      if (piece.kind === "run") {
        refuse(
          sql,
          placeOf(piece),
          "MySQL and MariaDB run what stands in such a comment.",
          "Write it outside of the comment, or as /* … */.",
        );
      }
      if (isSymbol(piece, ":="))
        refuse(sql, placeOf(piece), "It sets a variable of the session.", "Use a window function or a CTE.");
    }
    if (access === "read" && isKeyword(pieces[0], "show")) checkShow(sql, pieces);
  },
};

/** @throws Refused where SHOW tells of logins, or of anything that is not known to be harmless */
function checkShow(sql: string, pieces: Piece[]): void {
  const [, what, object] = pieces;
  const known = what?.keyword === true && shown.has(what.text);
  const harmless = known && (what.text !== "create" || (object?.keyword === true && shownByCreate.has(object.text)));
  if (!harmless) {
    refuse(
      sql,
      placeOf(pieces[0] as Piece, what),
      "This SHOW is not among those that run here.",
      "SHOW TABLES, SHOW COLUMNS FROM and SHOW CREATE TABLE do.",
    );
  }
}
