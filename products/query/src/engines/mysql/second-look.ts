import type { CheckedStatement } from "../../guard/guard.ts";
import { namesIn } from "../../guard/words/shows-hidden.ts";
import { StatementFailure } from "../engine.ts";
import { type KeptText, refuseHiddenReach } from "../hidden-reach.ts";
import { type Login, ask } from "./login.ts";

/** A token of a statement outside of comments and texts. */
interface Word {
  text: string;
  /** Written between backticks. */
  quoted: boolean;
}

const refused = (message: string) => new StatementFailure("refused", message);

/**
 * The words of a statement, without texts and comments.
 * @throws StatementFailure for executable comments, which MySQL and MariaDB run although others read over them
 */
export function wordsOf(sql: string): Word[] {
  const pattern =
    /\/\*[\s\S]*?(?:\*\/|$)|--(?=[\s\p{Cc}]|$)[^\n]*|#[^\n]*|'(?:[^'\\]|\\[\s\S]|'')*'?|"(?:[^"\\]|\\[\s\S]|"")*"?|`(?:[^`]|``)*`?|@{1,2}[\w$.`]*|[\p{L}\p{N}_$]+|:=|[^\s]/gu;
  const words: Word[] = [];
  for (const [text] of sql.matchAll(pattern)) {
    if (/^\/\*M?!/i.test(text)) throw refused("Comments that begin with /*! are run by the database. Leave them out.");
    if (/^(\/\*|--|#)/.test(text)) continue;
    if (text.startsWith("'") || text.startsWith('"')) words.push({ text: "''", quoted: true });
    else if (text.startsWith("`")) words.push({ text: text.slice(1, -1).replaceAll("``", "`"), quoted: true });
    else words.push({ text, quoted: false });
  }
  return words;
}

const beginnings = new Set(["SELECT", "WITH", "(", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"]);

/** Words that stand in no reading statement but as a name. */
const writingWords = new Set(["OUTFILE", "DUMPFILE", "PROCEDURE", "HANDLER"]);

/** Functions of the database that do more than give a value. */
const dangerous = new Set([
  "benchmark",
  "get_lock",
  "release_lock",
  "release_all_locks",
  "is_free_lock",
  "load_file",
  "master_gtid_wait",
  "master_pos_wait",
  "source_pos_wait",
  "wait_for_executed_gtid_set",
  "wait_until_sql_thread_after_gtids",
  "sleep",
  "nextval",
  "setval",
  "lastval",
  "sys_eval",
  "sys_exec",
  "extractvalue",
  "updatexml",
]);

/**
 * Looks at a reading statement without knowing what the guard found: what it begins with, what in it would write, lock or wait, and
 * which stored functions it calls. @throws StatementFailure
 */
export async function lookAgain(
  login: Login,
  { sql, hidden }: Pick<CheckedStatement, "sql" | "hidden">,
): Promise<void> {
  const words = wordsOf(sql);
  const first = words[0]?.text.toUpperCase() ?? "";
  if (!beginnings.has(first)) throw refused("Only statements that read can be run here.");
  const called = new Set<string>();
  words.forEach(({ text, quoted }, index) => {
    const next = words[index + 1];
    const before = words[index - 1];
    const upper = quoted ? "" : text.toUpperCase();
    const following = next?.quoted === false ? next.text.toUpperCase() : "";
    if (text === ";" && next !== undefined && !quoted) throw refused("Exactly one statement can be run at a time.");
    if (text === ":=" && !quoted) throw refused("Variables cannot be set here.");
    if (upper === "INTO") throw refused("INTO writes to files or variables. Leave it out.");
    if (writingWords.has(upper)) throw refused(`${upper} cannot be used here.`);
    if (upper === "FOR" && (following === "UPDATE" || following === "SHARE"))
      throw refused("FOR UPDATE and FOR SHARE lock rows. Leave them out.");
    if (upper === "LOCK" && following === "IN") throw refused("LOCK IN SHARE MODE locks rows. Leave it out.");
    if (upper === "ANALYZE") throw refused("ANALYZE runs what it explains: use the plan with figures in its place.");
    if (/^(NEXT|PREVIOUS)$/.test(upper) && following === "VALUE")
      throw refused("NEXT VALUE takes a number from a sequence.");
    const isName = quoted ? text !== "''" : /^[\p{L}_$]/u.test(text);
    if (next?.text === "(" && !next.quoted && isName) {
      const name = text.toLowerCase();
      if (dangerous.has(name) && before?.text !== ".")
        throw refused(
          `${text}() locks, waits, reads files or leaks by errors. A statement that only reads may not call it.`,
        );
      called.add(name);
    }
  });
  await refuseHiddenReach("mysql", hidden, namesIn(sql, "mysql"), (names) => keptTexts(login, names));
  if (called.size === 0) return;
  const names = [...called].map((name) => login.connection.escape(name)).join(", ");
  // SQL_DATA_ACCESS is what the function's author says; the transaction is READ ONLY in any case.
  const found = await ask(
    login.connection,
    `SELECT routine_schema, routine_name FROM information_schema.routines
     WHERE routine_type = 'FUNCTION' AND LOWER(routine_name) IN (${names}) AND (sql_data_access = 'MODIFIES SQL DATA' OR routine_body <> 'SQL')`,
  );
  const [routine] = found;
  if (routine)
    throw refused(
      `${routine[0]}.${routine[1]}() is declared to change data. A statement that only reads may not call it.`,
    );
}

/** Views and stored functions of these names. Their texts are empty to a login without SHOW VIEW, or that did not make the function. */
async function keptTexts(login: Login, names: string[]): Promise<KeptText[]> {
  const list = names.map((name) => login.connection.escape(name)).join(", ");
  const found = await ask(
    login.connection,
    `SELECT table_schema, table_name, view_definition FROM information_schema.views
     WHERE table_name IN (${list}) AND table_schema NOT IN ('sys', 'information_schema', 'performance_schema', 'mysql')
     UNION ALL
     SELECT routine_schema, routine_name, routine_definition FROM information_schema.routines
     WHERE routine_type = 'FUNCTION' AND routine_name IN (${list}) AND routine_schema NOT IN ('sys', 'mysql')`,
  );
  return found.map(([schema, name, text]) => ({ schema: schema ?? "", name: name ?? "", text: text || null }));
}
