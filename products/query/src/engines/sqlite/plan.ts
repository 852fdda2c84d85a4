import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Cell, PlanNode } from "@mindmesh/contracts/query/engine";
import type { authorizeStatements } from "./authorizer.ts";
import { rowsOf } from "./rows.ts";
import { nameOf } from "../../sql/token-name.ts";
import { sqlTokens } from "../../sql/sql-tokens.ts";
import { bindable } from "./values.ts";

/**
 * The tree of EXPLAIN QUERY PLAN (https://www.sqlite.org/eqp.html). SQLite tells neither cost nor rows of a step; with
 * `analyze` the statement is run and the whole of it has its time and rows.
 */
export function planSqlite(
  database: DatabaseSync,
  authorizer: ReturnType<typeof authorizeStatements>,
  { sql, parameters, analyze }: { sql: string; parameters: Cell[]; analyze: boolean },
): PlanNode {
  const values = parameters.map(bindable);
  // Compiled as it stands first: the authorizer sees it without EXPLAIN, and it is one statement.
  const statement = authorizer.as("read", () => database.prepare(sql));
  const explained = authorizer.as("read", () => database.prepare(`EXPLAIN QUERY PLAN ${sql}`));
  const steps = explained.all(...values) as unknown as [bigint, bigint, bigint, string][];
  const aliases = aliasesIn(database, sql);
  const root = node("QUERY PLAN", "");
  const byId = new Map<bigint, PlanNode>([[0n, root]]);
  for (const [id, parent, , detail] of steps) {
    const step = nodeOf(detail, aliases);
    byId.set(id, step);
    (byId.get(parent) ?? root).children.push(step);
  }
  const whole = root.children.length === 1 ? root.children[0]! : root;
  if (analyze) {
    const began = performance.now();
    let rows = 0;
    for (const _row of statement.iterate(...values) as Iterable<SQLOutputValue[]>) rows += 1;
    whole.actualMs = performance.now() - began;
    whole.actualRows = rows;
  }
  return whole;
}

// Such as `SEARCH orders USING INDEX orders_customer (customer_id=?)` or `SCAN o USING COVERING INDEX …`.
const access =
  /^(SCAN|SEARCH) (.+?)(?: USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(INDEX|INTEGER PRIMARY KEY|PRIMARY KEY)(?: (\S+))?(?: \((.*)\))?)?(?: LEFT-JOIN)?$/;

function nodeOf(detail: string, aliases: Map<string, string>): PlanNode {
  const match = access.exec(detail);
  if (match === null) return node(detail.split(" (")[0] ?? detail, detail);
  const [, operation = "", table = "", using, index, condition] = match;
  const isConstant = table === "CONSTANT ROW" || table.startsWith("(");
  return {
    ...node(operation, detail),
    table: isConstant ? null : { schema: "main", name: aliases.get(table) ?? table },
    index: using === "INDEX" ? (index ?? null) : (using ?? null),
    facts: {
      ...(condition !== undefined && { condition }),
      ...(/AUTOMATIC/.test(detail) && { automaticIndex: "yes" }),
      ...(/COVERING/.test(detail) && { covering: "yes" }),
    },
  };
}

/** What each alias in the statement stands for: SQLite names its steps by them alone. */
function aliasesIn(database: DatabaseSync, sql: string): Map<string, string> {
  const tables = new Map(
    rowsOf<[string]>(database, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").map(([name]) => [
      name.toLowerCase(),
      name,
    ]),
  );
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  const aliases = new Map<string, string>();
  for (const [index, token] of tokens.entries()) {
    const table = tables.get(nameOf(token).toLowerCase());
    if (table === undefined || (token.kind !== "word" && token.kind !== "quoted")) continue;
    const after = tokens[index + 1]?.text.toUpperCase() === "AS" ? tokens[index + 2] : tokens[index + 1];
    if (after?.kind === "word" || after?.kind === "quoted") aliases.set(nameOf(after), table);
  }
  return aliases;
}

function node(operation: string, detail: string): PlanNode {
  return {
    operation,
    detail,
    table: null,
    index: null,
    estimatedRows: null,
    actualRows: null,
    totalCost: null,
    ownCost: null,
    actualMs: null,
    facts: {},
    children: [],
  };
}
