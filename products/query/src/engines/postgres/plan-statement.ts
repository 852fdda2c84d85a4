import type { PlanNode } from "@mindmesh/contracts/query/engine";
import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import type { Login } from "./login.ts";
import { type ExplainNode, explain, explainPrefix, refuseDangerousPlan } from "./planned.ts";
import { lookAgain } from "./run-statement.ts";
import { begin, leaveNothing } from "./transaction.ts";

/** The plan of a statement; with `analyze` it is run for it, behind the walls of `runStatement`. @throws StatementFailure */
export async function planStatement(login: Login, request: RunRequest & { analyze: boolean }): Promise<PlanNode> {
  const { statement, parameters, limits, signal, analyze } = request;
  if (analyze && statement.access === "write") {
    throw new StatementFailure(
      "refused",
      "A plan with figures runs the statement; for one that writes there is only the estimated plan.",
    );
  }
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, () => login.gate.destroy());
  try {
    await watch.race(begin(login, "read", limits.seconds));
    if (statement.access === "read") await watch.race(lookAgain(login, request));
    const plan = await watch.race(explain(login, statement.sql, parameters, analyze));
    if (statement.access === "read") await watch.race(refuseDangerousPlan(login, plan, null));
    return planNode(plan.Plan);
  } catch (error) {
    const reason = watch.reason();
    if (reason !== null) throw watchFailure(reason, error);
    throw statementFailure(error, statement.sql, explainPrefix(analyze).length);
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}

/** What stands in fields of its own, or in `detail`. */
const told = new Set([
  "Node Type",
  "Plans",
  "Schema",
  "Relation Name",
  "Alias",
  "Index Name",
  "Plan Rows",
  "Actual Rows",
  "Total Cost",
  "Actual Total Time",
]);

/** A step of `EXPLAIN (FORMAT JSON)` and all below it, in the shape of every engine. */
export function planNode(node: ExplainNode): PlanNode {
  const children = (node.Plans ?? []).map((child) => planNode(child));
  const number = (key: string) => (typeof node[key] === "number" ? node[key] : null);
  const text = (key: string) => (typeof node[key] === "string" ? node[key] : null);
  const name = text("Relation Name");
  const totalCost = number("Total Cost");
  // PostgreSQL gives rows and time per loop.
  const loops = number("Actual Loops") ?? 1;
  const perLoop = (key: string) => {
    const value = number(key);
    return value === null ? null : value * loops;
  };
  const below = children.reduce((sum, child) => sum + (child.totalCost ?? 0), 0);
  return {
    operation: operationOf(node),
    detail: detailOf(node),
    table: name === null ? null : { schema: text("Schema"), name },
    index: text("Index Name"),
    estimatedRows: number("Plan Rows"),
    actualRows: perLoop("Actual Rows"),
    totalCost,
    ownCost: totalCost === null ? null : Math.max(0, totalCost - below),
    actualMs: perLoop("Actual Total Time"),
    facts: Object.fromEntries(
      Object.entries(node)
        .filter(([key]) => !told.has(key))
        .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    children,
  };
}

function operationOf(node: ExplainNode): string {
  const type = node["Node Type"];
  const join = node["Join Type"];
  const strategy = node["Strategy"];
  if (typeof join === "string" && join !== "Inner") {
    return type === "Nested Loop" ? `${type} ${join} Join` : type.replace(/ ?Join$/, ` ${join} Join`);
  }
  if (type === "Aggregate" && strategy === "Hashed") return "HashAggregate";
  if (type === "Aggregate" && strategy === "Sorted") return "GroupAggregate";
  return type;
}

const conditions = ["Index Cond", "Hash Cond", "Merge Cond", "Join Filter", "Recheck Cond", "Filter"];

function detailOf(node: ExplainNode): string {
  const { "Relation Name": relation, Alias: alias, "Index Name": index } = node as Record<string, string | undefined>;
  const parts: string[] = [];
  if (relation !== undefined)
    parts.push(alias === undefined || alias === relation ? `on ${relation}` : `on ${relation} as ${alias}`);
  else if (alias !== undefined) parts.push(`on ${alias}`);
  if (index !== undefined) parts.push(`by ${index}`);
  for (const key of ["Sort Key", "Group Key"]) {
    const value = node[key];
    if (Array.isArray(value)) parts.push(`${key === "Sort Key" ? "by" : "grouped by"} ${value.join(", ")}`);
  }
  for (const key of conditions) if (typeof node[key] === "string") parts.push(`where ${node[key]}`);
  return parts.join(" ");
}
