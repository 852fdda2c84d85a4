import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import type { Login } from "./login.ts";
import { ask, begin, leaveNothing } from "./transaction.ts";

/**
 * Runs a writing statement in a transaction of its own. A preview is rolled back: only what is outside of transactions lasts, which
 * is the numbers taken from sequences. @throws StatementFailure
 */
export async function writeStatement(
  login: Login,
  request: RunRequest & { commit: boolean; expectedRows: number | null },
): Promise<{ affectedRows: number }> {
  const { statement, parameters, limits, signal, commit, expectedRows } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, () => login.gate.destroy());
  let committing = false;
  try {
    await watch.race(begin(login, "write", limits.seconds));
    login.gate.expectRows(limits.bytes);
    const { rowCount } = await watch.race(ask(login, statement.sql, parameters));
    const affectedRows = rowCount ?? 0;
    // Deferred constraints speak up now: a preview shall fail where the change itself would.
    await watch.race(login.client.query("SET CONSTRAINTS ALL IMMEDIATE"));
    if (commit && expectedRows !== null && affectedRows !== expectedRows) {
      const message = `The statement would now change ${affectedRows} rows, not the ${expectedRows} of the preview. Nothing was changed: look at the preview again.`;
      throw new StatementFailure("refused", message);
    }
    if (commit && watch.reason() === null) {
      committing = true;
      await watch.race(login.client.query("COMMIT"));
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
