import type { PlanNode } from "@mindmesh/contracts/query/engine";

type Json = Record<string, unknown>;

/** Members that hold other steps; all others are facts of the step itself. */
const operations: Record<string, string> = {
  query_block: "Query",
  nested_loop: "Nested loop",
  ordering_operation: "Sort",
  grouping_operation: "Group",
  duplicates_removal: "Remove duplicates",
  windowing: "Window",
  union_result: "Union",
  intersect_result: "Intersect",
  except_result: "Except",
  query_specifications: "Parts",
  materialized_from_subquery: "Materialize subquery",
  materialized: "Materialize",
  attached_subqueries: "Subqueries",
  optimized_away_subqueries: "Subqueries worked out before",
  select_list_subqueries: "Subqueries of the columns",
  having_subqueries: "Subqueries of HAVING",
  order_by_subqueries: "Subqueries of ORDER BY",
  group_by_subqueries: "Subqueries of GROUP BY",
  subqueries: "Subqueries",
  buffer_result: "Buffer",
  filesort: "Sort",
  temporary_table: "Temporary table",
  "block-nl-join": "Block nested loop",
  duplicate_removal: "Remove duplicates",
  read_sorted_file: "Read sorted",
  expression_cache: "Cache of a subquery",
  window_functions_computation: "Window functions",
  sorts: "Sorts",
};

/** How a table is read (`access_type`), in words. */
const accesses: Record<string, string> = {
  ALL: "Full table scan",
  index: "Full index scan",
  range: "Index range scan",
  ref: "Index lookup",
  eq_ref: "Unique index lookup",
  const: "One row by key",
  system: "One row",
  ref_or_null: "Index lookup with NULLs",
  index_merge: "Several indexes",
  fulltext: "Full-text index",
};

/** The tree of `EXPLAIN FORMAT=JSON` of MySQL and MariaDB, and of `ANALYZE FORMAT=JSON` of MariaDB. */
export function planTree(plan: Json): PlanNode {
  return named("Query", (plan["query_block"] ?? plan) as Json);
}

const number = (value: unknown): number | null => {
  if (value === undefined || value === null || value === "") return null;
  const found = Number(value);
  return Number.isFinite(found) ? found : null;
};

function named(operation: string, json: Json): PlanNode {
  const table = typeof json["table_name"] === "string" ? json["table_name"] : null;
  const access = typeof json["access_type"] === "string" ? json["access_type"] : null;
  const costs = (json["cost_info"] ?? {}) as Json;
  const children: PlanNode[] = [];
  const facts: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === "table") children.push(named("Table", value as Json));
    else if (key in operations) children.push(...below(operations[key] ?? key, value));
    else if (typeof value === "object" && value !== null && !Array.isArray(value) && key !== "cost_info")
      Object.assign(facts, flat(key, value as Json));
    else facts[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  const totalCost = number(costs["query_cost"] ?? costs["prefix_cost"] ?? json["cost"]);
  const belowCost = Math.max(0, ...children.map((child) => child.totalCost ?? 0));
  const loops = number(json["r_loops"]);
  const rows = number(json["r_rows"]);
  const condition = [json["attached_condition"], json["sort_key"]]
    .filter((each) => typeof each === "string")
    .join(", ");
  return {
    operation: table === null ? operation : (accesses[access ?? ""] ?? "Table"),
    detail: [
      table === null ? "" : `on ${table}`,
      typeof json["key"] === "string" ? `by ${json["key"]}` : "",
      condition === "" ? "" : `where ${condition}`,
    ]
      .filter((each) => each !== "")
      .join(" "),
    table: table === null || table.startsWith("<") ? null : { schema: null, name: table },
    index: typeof json["key"] === "string" ? json["key"] : null,
    estimatedRows: number(json["rows_produced_per_join"] ?? json["rows_examined_per_scan"] ?? json["rows"]),
    actualRows: rows === null ? null : rows * (loops ?? 1),
    totalCost,
    ownCost: totalCost === null ? null : Math.max(0, totalCost - belowCost),
    actualMs: number(json["r_total_time_ms"]),
    facts,
    children,
  };
}

function below(operation: string, value: unknown): PlanNode[] {
  if (!Array.isArray(value)) return [unwrapped(operation, value as Json)];
  const children = value.map((each) => unwrapped(operation, each as Json));
  return children.length === 1 ? children : [{ ...named(operation, {}), children }];
}

/** A step that only holds one other step says nothing of its own. */
function unwrapped(operation: string, json: Json): PlanNode {
  const node = named(operation, json);
  const [only] = node.children;
  return only && node.children.length === 1 && Object.keys(node.facts).length === 0 && node.totalCost === null
    ? only
    : node;
}

function flat(prefix: string, json: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      `${prefix}.${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
