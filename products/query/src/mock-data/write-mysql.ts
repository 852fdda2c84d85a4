import { type Login, ask } from "../engines/mysql/login.ts";
import { tableWithoutTransactions } from "../engines/mysql/write-statement.ts";
import { StatementFailure } from "../engines/engine.ts";
import type { MockPart } from "./mock-rows.ts";
import { sqlStatements } from "./write-script.ts";

/**
 * Writes made-up rows into MySQL or MariaDB by INSERTs of many rows, all in one transaction. Counted columns go on after the highest value by
 * themselves.
 * @param login without a transaction; whoever gave it closes it, which undoes what was not committed
 * @returns how many rows
 * @throws StatementFailure for a table that is kept by an engine without transactions
 */
export async function writeMysql(
  { connection, sqlMode }: Pick<Login, "connection" | "sqlMode">,
  parts: AsyncIterable<MockPart>,
  progress: (rows: number, table: string) => void,
): Promise<number> {
  // Strict, so that a value which does not fit is refused and not cut; the script's texts know no backslash.
  const modes = [sqlMode, "STRICT_ALL_TABLES", "NO_BACKSLASH_ESCAPES"].filter(Boolean).join(",");
  await ask(connection, `SET SESSION sql_mode = '${modes}', SESSION time_zone = '+00:00'`);
  await ask(connection, "START TRANSACTION READ WRITE");
  let written = 0;
  async function* counted(): AsyncGenerator<MockPart> {
    let table = "";
    for await (const part of parts) {
      if (part.type === "table") {
        table = part.table.name;
        const found = await tableWithoutTransactions(connection, [part.table]);
        if (found !== null) {
          const message = `The table ${found.name} is kept by ${found.engine}, which cannot roll back: download the rows as SQL and run the script.`;
          throw new StatementFailure("refused", message);
        }
      }
      yield part;
      if (part.type !== "rows") continue;
      written += part.rows.length;
      progress(written, table);
    }
  }
  for await (const statement of sqlStatements("mysql", counted())) await ask(connection, statement);
  await ask(connection, "COMMIT");
  return written;
}
