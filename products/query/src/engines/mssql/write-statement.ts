import { Request, TYPES } from "tedious";
import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { begin, leaveNothing } from "./transaction.ts";

/** Runs a writing statement in a transaction of its own. @throws StatementFailure */
export async function writeStatement(
  login: Login,
  request: RunRequest & { commit: boolean; expectedRows: number | null },
): Promise<{ affectedRows: number }> {
  const { statement, parameters, limits, signal, commit, expectedRows } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  let committing = false;
  try {
    await watch.race(begin(login, limits.seconds, null));
    const affectedRows = await watch.race(change(login, statement.sql, parameters));
    if (commit && expectedRows !== null && affectedRows !== expectedRows) {
      const message = `The statement would now change ${affectedRows} rows, not the ${expectedRows} of the preview. Nothing was changed: look at the preview again.`;
      throw new StatementFailure("refused", message);
    }
    if (commit && watch.reason() === null) {
      committing = true;
      await watch.race(ask(login, "COMMIT TRANSACTION"));
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

function change(login: Login, sql: string, parameters: (string | null)[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new Request(sql, (error, rowCount) => (error ? reject(error) : resolve(rowCount ?? 0)));
    parameters.forEach((value, index) => request.addParameter(`p${index + 1}`, TYPES.NVarChar, value));
    if (parameters.length === 0) login.connection.execSqlBatch(request);
    else login.connection.execSql(request);
  });
}
