import { StatementFailure } from "../engine.ts";

/**
 * Words that are reserved in T-SQL, so that none of them can be a name unless it is quoted, and that stand in no statement which only
 * reads. SQL Server needs no semicolon between statements: each of them could begin another one.
 */
const reserved = new Set(
  `ALTER BACKUP BEGIN BULK CHECKPOINT COMMIT CREATE DBCC DEALLOCATE DECLARE DELETE DENY DROP DUMP EXEC EXECUTE GOTO GRANT IF INSERT INTO KILL LOAD
   MERGE OPENDATASOURCE OPENQUERY OPENROWSET PRINT RAISERROR READTEXT RECONFIGURE RESTORE RETURN REVERT REVOKE ROLLBACK SAVE SET SHUTDOWN
   TRUNCATE UPDATE UPDATETEXT USE WAITFOR WHILE WRITETEXT`
    .trim()
    .split(/\s+/),
);

/**
 * Looks at a reading statement without knowing what the guard found. SQL Server has no read-only transaction: this, the guard, a login
 * that may only read, and the rollback at the end are its walls. @throws StatementFailure
 */
export function lookAgain(sql: string): void {
  const words = wordsOf(sql);
  const plain = words.filter((word) => !/^(N?'|"|\[)/.test(word));
  const first = plain[0]?.toUpperCase();
  if (first !== "SELECT" && first !== "WITH" && first !== "(")
    throw refused("Only statements that read can be run here.");
  plain.forEach((word, index) => {
    const upper = word.toUpperCase();
    if (reserved.has(upper))
      throw refused(
        `${upper} cannot be used in a statement that only reads. As a name, write it in brackets: [${word}].`,
      );
    if (upper === "NEXT" && plain[index + 1]?.toUpperCase() === "VALUE")
      throw refused("NEXT VALUE FOR takes a number from a sequence.");
    if (/^(XP|SP)_/.test(upper)) throw refused(`${word} is a procedure of the server.`);
    if (word === ";" && index < plain.length - 1) throw refused("Exactly one statement can be run at a time.");
  });
}

/** The words of a text without its comments, which T-SQL nests. */
function wordsOf(sql: string): string[] {
  const word = /--[^\n]*|N?'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\[(?:[^\]]|\]\])*\]?|[@#$\p{L}_][@#$\p{L}\p{N}_]*|\S/uy;
  const words: string[] = [];
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith("/*", at)) {
      at = endOfComment(sql, at);
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(sql)?.[0];
    if (found !== undefined && !found.startsWith("--")) words.push(found);
    at += found?.length ?? 1;
  }
  return words;
}

function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    if (sql.startsWith("/*", at)) depth += 1;
    else if (sql.startsWith("*/", at)) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

const refused = (message: string) => new StatementFailure("refused", message);
