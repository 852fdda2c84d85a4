import { StatementFailure } from "../engine.ts";
import type { Cell } from "@mindmesh/contracts/query/engine";
import { refuseDangerousCalls } from "./called-functions.ts";
import type { Login } from "./login.ts";
import type { NamedCall } from "./statement-names.ts";
import { ask } from "./transaction.ts";

/** A node of `EXPLAIN (FORMAT JSON)`. */
export interface ExplainNode {
  "Node Type": string;
  Plans?: ExplainNode[];
  [key: string]: unknown;
}

export interface Explained {
  Plan: ExplainNode;
  [key: string]: unknown;
}

export const explainPrefix = (analyze: boolean) =>
  `EXPLAIN (VERBOSE, FORMAT JSON${analyze ? ", ANALYZE, BUFFERS" : ""}) `;

/** The plan of a query, as the database writes it. */
export async function explain(login: Login, sql: string, parameters: Cell[], analyze: boolean): Promise<Explained> {
  const { rows } = await ask(login, explainPrefix(analyze) + sql, parameters);
  if (login.gate.cuts.length > 0) {
    throw new StatementFailure(
      "refused",
      "The plan of this statement is too long to be looked at: it holds very long constants.",
    );
  }
  const [plan] = JSON.parse(rows[0]?.[0] ?? "[]") as Explained[];
  if (!plan) throw new StatementFailure("other", "The database gave no plan for the statement.");
  return plan;
}

/**
 * Looks at what the planner made of a statement: functions that stand in it by column notation, in inlined functions and in policies of
 * tables, and what it costs. @throws StatementFailure
 */
export async function refuseDangerousPlan(login: Login, plan: Explained, costLimit: number | null): Promise<void> {
  const names = new Map<string, NamedCall>();
  noteCalls(plan, names);
  const functions = [...names.values()];
  await refuseDangerousCalls(login, { functions, relations: [], operators: [], types: [] });
  const cost = Number(plan.Plan["Total Cost"]);
  if (costLimit !== null && cost > costLimit) {
    const message = `The planner expects a cost of ${Math.round(cost).toLocaleString("en")}; up to ${costLimit.toLocaleString("en")} is allowed here.`;
    const hint =
      "Narrow it down with conditions, or check for a join without a condition. An admin can raise the limit.";
    throw new StatementFailure("cost", message, { hint });
  }
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const call = new RegExp(`(?:(${identifier})\\.)?(${identifier})\\(`, "gu");
const bare = (name: string) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

function noteCalls(value: unknown, names: Map<string, NamedCall>, key = ""): void {
  if (Array.isArray(value)) {
    for (const each of value) noteCalls(each, names, key);
  } else if (typeof value === "object" && value !== null) {
    for (const [inner, each] of Object.entries(value)) noteCalls(each, names, inner);
  } else if (typeof value === "string") {
    const add = (schema: string | null, name: string) =>
      names.set(JSON.stringify([schema, name]), { schema, name, arguments: null, column: false });
    if (key === "Function Name") add(null, value);
    for (const [, schema, name = ""] of value.replaceAll(/'(?:[^']|'')*'/g, "''").matchAll(call)) {
      add(schema === undefined ? null : bare(schema), bare(name));
    }
  }
}
