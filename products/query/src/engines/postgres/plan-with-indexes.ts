import type { PlanNode } from "@mindmesh/contracts/query/engine";
import type { RunRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import type { Login } from "./login.ts";
import { planNode } from "./plan-statement.ts";
import { explain, explainPrefix } from "./planned.ts";
import { lookAgain } from "./run-statement.ts";
import { ask, begin, leaveNothing } from "./transaction.ts";

/**
 * Plans a reading statement as if indexes were there, by HypoPG (https://hypopg.readthedocs.io): they live in the memory of this one login, only
 * EXPLAIN knows of them, and they are taken back at the end. The statement goes through the looks of any other; what is called beside it is
 * HypoPG's own.
 * @returns null where the extension is not installed or may not be used
 * @throws StatementFailure
 */
export async function planWithIndexes(
  login: Login,
  request: RunRequest & { indexes: readonly string[] },
): Promise<PlanNode | null> {
  const { statement, parameters, limits, signal, indexes } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, () => login.gate.destroy());
  let schema: string | null = null;
  try {
    await watch.race(begin(login, "read", limits.seconds));
    schema = await watch.race(hypopgSchema(login));
    if (schema === null) return null;
    await watch.race(lookAgain(login, request));
    for (const index of indexes) await watch.race(ask(login, `SELECT ${schema}.hypopg_create_index($1)`, [index]));
    return planNode((await watch.race(explain(login, statement.sql, parameters, false))).Plan);
  } catch (error) {
    const reason = watch.reason();
    if (reason !== null) throw watchFailure(reason, error);
    throw statementFailure(error, statement.sql, explainPrefix(false).length);
  } finally {
    await watch.stop();
    await leaveNothing(login);
    // DISCARD ALL does not know of them.
    if (schema !== null) await ask(login, `SELECT ${schema}.hypopg_reset()`).catch(() => login.gate.destroy());
  }
}

/** Where the extension is, quoted; null where it is not or may not be used. */
async function hypopgSchema(login: Login): Promise<string | null> {
  const { rows } = await ask(
    login,
    `SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
     JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = 'hypopg_create_index'
     WHERE e.extname = 'hypopg' AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')`,
  );
  return rows[0]?.[0] ?? null;
}
