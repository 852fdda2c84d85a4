import type { PlanNode } from "@mindmesh/contracts/query/engine";
import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { planTree } from "./plan-tree.ts";
import { lookAgain, wordsOf } from "./second-look.ts";
import { begin, leaveNothing, withParameters } from "./transaction.ts";

type Json = Record<string, unknown>;

const planned = new Set(["SELECT", "WITH", "(", "VALUES", "TABLE"]);
const canBePlanned = (sql: string) => planned.has(wordsOf(sql)[0]?.text.toUpperCase() ?? "");

async function explain(login: Login, { statement, parameters }: RunRequest, words: string): Promise<Json> {
  const { before, sql } = withParameters(login, `${words} ${statement.sql}`, parameters);
  for (const each of before) await ask(login.connection, each);
  const [row] = await ask(login.connection, sql);
  const text = row?.at(-1) ?? "";
  return JSON.parse(text) as Json;
}

/** Of a plan as a whole, in the planner's units; null where the version does not say (MariaDB before 11). */
function costOf(plan: Json): number | null {
  const block = plan["query_block"] as Json | undefined;
  const cost = (block?.["cost_info"] as Json | undefined)?.["query_cost"] ?? block?.["cost"];
  return cost === undefined ? null : Number(cost);
}

/** @throws StatementFailure when the planner expects more than is allowed, or finds the statement's own mistakes */
export async function refuseCost(login: Login, request: RunRequest): Promise<void> {
  const { statement, limits } = request;
  if (limits.cost === null || !canBePlanned(statement.sql)) return;
  let plan: Json;
  try {
    plan = await explain(login, request, "EXPLAIN FORMAT=JSON");
  } catch (error) {
    // A view whose tables the login may not see can be read but not explained (1345).
    if ((error as { errno?: number }).errno === 1345 || error instanceof SyntaxError) return;
    throw error;
  }
  const cost = costOf(plan);
  if (cost === null || cost <= limits.cost) return;
  const message = `The planner expects a cost of ${Math.round(cost).toLocaleString("en")}; up to ${limits.cost.toLocaleString("en")} is allowed here.`;
  const hint = "Narrow it down with conditions, or check for a join without a condition. An admin can raise the limit.";
  throw new StatementFailure("cost", message, { hint });
}

/** The plan of a statement; with `analyze` it is run for it, behind the walls of `runStatement`. @throws StatementFailure */
export async function planStatement(login: Login, request: RunRequest & { analyze: boolean }): Promise<PlanNode> {
  const { statement, limits, signal, analyze } = request;
  if (analyze && statement.access === "write") {
    throw new StatementFailure(
      "refused",
      "A plan with figures runs the statement; for one that writes there is only the estimated plan.",
    );
  }
  if (analyze && !login.isMariaDb) {
    throw new StatementFailure(
      "refused",
      "MySQL gives no plan with figures that can be read here. Ask for the estimated plan.",
    );
  }
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  try {
    await watch.race(begin(login, "read", limits.seconds));
    if (statement.access === "read") await watch.race(lookAgain(login, statement));
    const words = analyze ? "ANALYZE FORMAT=JSON" : "EXPLAIN FORMAT=JSON";
    return planTree(await watch.race(explain(login, request, words)));
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}
