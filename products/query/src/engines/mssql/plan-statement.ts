import type { PlanNode } from "@mindmesh/contracts/query/engine";
import { type RunRequest, StatementFailure } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { refuseHiddenNames } from "./kept-texts.ts";
import { type Login, ask } from "./login.ts";
import { lookAgain } from "./second-look.ts";
import { begin, leaveNothing } from "./transaction.ts";

/** The estimated plan; SQL Server runs nothing for it. @throws StatementFailure */
export async function planStatement(login: Login, request: RunRequest & { analyze: boolean }): Promise<PlanNode> {
  const { statement, limits, signal, analyze, parameters } = request;
  if (analyze) throw new StatementFailure("refused", "Of SQL Server there is only the estimated plan here.");
  if (parameters.length > 0)
    throw new StatementFailure(
      "refused",
      "SQL Server plans no statement with parameters here: write values in their place.",
    );
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  try {
    if (statement.access === "read") lookAgain(statement.sql);
    await watch.race(begin(login, limits.seconds, null));
    if (statement.access === "read") await watch.race(refuseHiddenNames(login, statement));
    // The setting must stand alone in its batch.
    await watch.race(ask(login, "SET SHOWPLAN_XML ON"));
    try {
      const [row] = await watch.race(ask(login, statement.sql));
      return planTree(row?.[0] ?? "");
    } finally {
      if (login.lost === null) await ask(login, "SET SHOWPLAN_XML OFF");
    }
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}

/** The tree of `RelOp` elements in a showplan (schema http://schemas.microsoft.com/sqlserver/2004/07/showplan). */
export function planTree(xml: string): PlanNode {
  const roots: PlanNode[] = [];
  const open: PlanNode[] = [];
  for (const [, end, name, attributes = "", empty] of xml.matchAll(
    /<(\/?)(?:\w+:)?(\w+)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>/g,
  )) {
    const of = attributesOf(attributes);
    const current = open.at(-1);
    if (name === "RelOp") {
      if (end === "/") open.pop();
      else {
        const node = nodeOf(of);
        (current?.children ?? roots).push(node);
        if (empty !== "/") open.push(node);
      }
    } else if (name === "Object" && current && end !== "/" && current.table === null && of["Table"]) {
      current.table = { schema: bare(of["Schema"] ?? "") || null, name: bare(of["Table"]) };
      current.index = of["Index"] ? bare(of["Index"]) : null;
      current.detail = [`on ${current.table.name}`, current.index === null ? "" : `by ${current.index}`]
        .filter(Boolean)
        .join(" ");
    }
  }
  const [root] = roots;
  if (!root) throw new StatementFailure("other", "The database gave no plan for the statement.");
  addOwnCosts(root);
  return root;
}

function addOwnCosts(node: PlanNode): void {
  const below = node.children.reduce((sum, child) => sum + (child.totalCost ?? 0), 0);
  node.ownCost = node.totalCost === null ? null : Math.max(0, node.totalCost - below);
  for (const child of node.children) addOwnCosts(child);
}

function nodeOf(of: Record<string, string>): PlanNode {
  const { PhysicalOp = "Step", LogicalOp, EstimateRows, EstimatedTotalSubtreeCost, ...facts } = of;
  return {
    operation: LogicalOp === undefined || LogicalOp === PhysicalOp ? PhysicalOp : `${PhysicalOp} (${LogicalOp})`,
    detail: "",
    table: null,
    index: null,
    estimatedRows: EstimateRows === undefined ? null : Number(EstimateRows),
    actualRows: null,
    totalCost: EstimatedTotalSubtreeCost === undefined ? null : Number(EstimatedTotalSubtreeCost),
    ownCost: null,
    actualMs: null,
    facts,
    children: [],
  };
}

const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? ""),
    ]),
  );
const bare = (name: string) => name.replace(/^\[|\]$/g, "").replaceAll("]]", "]");
