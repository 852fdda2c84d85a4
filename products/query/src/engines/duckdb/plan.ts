import type { DuckDBConnection } from "@duckdb/node-api";
import type { Cell, PlanNode } from "@mindmesh/contracts/query/engine";
import { prepareReading } from "./run.ts";

/** A node as EXPLAIN writes it; with ANALYZE under other names. */
interface ToldNode {
  name?: string;
  operator_name?: string;
  operator_type?: string;
  operator_timing?: number;
  operator_cardinality?: number;
  extra_info?: Record<string, string | string[]>;
  children?: ToldNode[];
}

/** The tree of EXPLAIN (FORMAT JSON). DuckDB tells estimated rows but no cost. */
export async function planDuckdb(
  connection: DuckDBConnection,
  { sql, parameters, analyze }: { sql: string; parameters: Cell[]; analyze: boolean },
): Promise<PlanNode> {
  await prepareReading(connection, sql, parameters);
  const explained = await prepareReading(
    connection,
    `EXPLAIN (${analyze ? "ANALYZE, " : ""}FORMAT JSON) ${sql}`,
    parameters,
  );
  const [row] = (await explained.runAndReadAll()).getRows();
  const told = JSON.parse(String(row?.[1] ?? "[]")) as ToldNode | ToldNode[];
  const root = Array.isArray(told) ? told[0] : told;
  const nodes = withoutWrappers(root ?? {}).map(nodeOf);
  const [first] = nodes;
  if (nodes.length === 1 && first) return first;
  return { ...nodeOf({ name: "PLAN" }), children: nodes };
}

/** ANALYZE puts the plan under nodes of its own. */
function withoutWrappers(node: ToldNode): ToldNode[] {
  const name = node.name ?? node.operator_name ?? "";
  const isWrapper = name === "" || name === "EXPLAIN_ANALYZE" || name === "QUERY";
  return isWrapper ? (node.children ?? []).flatMap(withoutWrappers) : [node];
}

function nodeOf(node: ToldNode): PlanNode {
  const info = Object.entries(node.extra_info ?? {}).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value] as const,
  );
  const facts = Object.fromEntries(info);
  const { Table: table, "Estimated Cardinality": estimate, ...others } = facts;
  const children = (node.children ?? []).map(nodeOf);
  const ownMs = node.operator_timing === undefined ? null : node.operator_timing * 1000;
  const below = children.reduce((sum, child) => sum + (child.actualMs ?? 0), 0);
  return {
    operation: (node.name ?? node.operator_name ?? node.operator_type ?? "").trim(),
    detail: [table, ...Object.entries(others).map(([name, value]) => `${name}: ${value.replaceAll("\n", ", ")}`)]
      .filter(Boolean)
      .join("; ")
      .slice(0, 2000),
    table: table === undefined ? null : tableOf(table),
    index: /index/i.test(facts["Type"] ?? "") ? (facts["Type"] ?? null) : null,
    estimatedRows: estimate === undefined ? null : Number(estimate.replace(/\D/g, "")),
    actualRows: node.operator_cardinality ?? null,
    totalCost: null,
    ownCost: null,
    actualMs: ownMs === null ? null : ownMs + below,
    facts: others,
    children,
  };
}

function tableOf(name: string): { schema: string | null; name: string } {
  const parts = name.split(".").map((part) => part.replace(/^"|"$/g, ""));
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? name };
}
