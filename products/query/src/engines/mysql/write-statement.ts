import type { ResultSetHeader } from "mysql2";
import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { wordsOf } from "./second-look.ts";
import { begin, leaveNothing, withParameters } from "./transaction.ts";

/** What can be rolled back; every other statement ends the transaction before it begins. */
const transactional = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SELECT"]);

/** Runs a writing statement in a transaction of its own. @throws StatementFailure */
export async function writeStatement(
  login: Login,
  request: RunRequest & { commit: boolean; expectedRows: number | null },
): Promise<{ affectedRows: number }> {
  const { statement, parameters, limits, signal, commit, expectedRows } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  let committing = false;
  try {
    const canRollBack = transactional.has(wordsOf(statement.sql)[0]?.text.toUpperCase() ?? "");
    if (!canRollBack && (!commit || expectedRows !== null)) {
      throw new StatementFailure(
        "refused",
        "MySQL cannot roll this kind of statement back, so there is no preview of it.",
      );
    }
    await watch.race(begin(login, "write", limits.seconds));
    await watch.race(refuseTablesWithoutTransactions(login, request));
    const { before, sql } = withParameters(login, statement.sql, parameters);
    for (const each of before) await watch.race(ask(login.connection, each));
    committing = !canRollBack;
    const affectedRows = await watch.race(change(login, sql));
    if (commit && expectedRows !== null && affectedRows !== expectedRows) {
      const message = `The statement would now change ${affectedRows} rows, not the ${expectedRows} of the preview. Nothing was changed: look at the preview again.`;
      throw new StatementFailure("refused", message);
    }
    if (commit && watch.reason() === null) {
      committing = true;
      await watch.race(ask(login.connection, "COMMIT"));
    }
    return { affectedRows };
  } catch (error) {
    const reason = watch.reason();
    const failure = reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
    if (!committing || (failure.kind !== "lost" && reason === null)) throw failure;
    const message = `${failure.message} It is not known whether the change was kept: look at the rows before you run it again.`;
    throw new StatementFailure(failure.kind, message, { cause: error });
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}

function change(login: Login, sql: string): Promise<number> {
  return new Promise((resolve, reject) => {
    login.connection.query(sql, (error: Error | null, result: unknown) => {
      if (error) reject(error);
      else resolve((result as ResultSetHeader).affectedRows ?? 0);
    });
  });
}

async function refuseTablesWithoutTransactions(
  login: Login,
  { statement, commit }: RunRequest & { commit: boolean },
): Promise<void> {
  if (commit) return;
  const found = await tableWithoutTransactions(
    login.connection,
    statement.tables.filter((table) => table.written),
  );
  if (found === null) return;
  const message = `The table ${found.name} is kept by ${found.engine}, which cannot roll back, so there is no preview.`;
  throw new StatementFailure("refused", message);
}

/** The first of some tables that is kept by MyISAM, Aria, MEMORY or the like, which keep what a rollback should take back. */
export async function tableWithoutTransactions(
  connection: Login["connection"],
  tables: readonly { schema: string | null; name: string }[],
): Promise<{ name: string; engine: string } | null> {
  if (tables.length === 0) return null;
  const escape = (text: string) => connection.escape(text);
  const which = tables.map(
    ({ schema, name }) =>
      `(t.table_schema = ${schema === null ? "DATABASE()" : escape(schema)} AND t.table_name = ${escape(name)})`,
  );
  const [found] = await ask(
    connection,
    `SELECT t.table_name, t.engine FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
     WHERE e.transactions = 'NO' AND (${which.join(" OR ")})`,
  );
  return found ? { name: found[0] ?? "", engine: found[1] ?? "" } : null;
}
