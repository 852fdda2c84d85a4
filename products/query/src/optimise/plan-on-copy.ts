import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { PlanNode } from "@mindmesh/contracts/query/engine";
import type { Database, Tenant, Transaction } from "@mindmesh/kernel/db";
import { planNode } from "../engines/postgres/plan-statement.ts";
import type { ExplainNode } from "../engines/postgres/planned.ts";
import { type Parser, type SyntaxNode, visit } from "../syntax/syntax-tree.ts";
import { usable } from "../catalog/covering-index.ts";
import { type IndexProposal } from "./proposal.ts";

/** Rows of a table on the copy; plans of larger ones are compared at this size. */
const mostRows = 20_000;
const mostTables = 8;
const mostWidth = 400;

export interface CopiedPlans {
  before: PlanNode;
  after: PlanNode;
  /** The largest table's rows, there and on the copy. */
  rows: { real: number; copied: number };
}

/** Thrown to undo everything; carries the plans out of the transaction. */
class Undo extends Error {
  readonly plans: CopiedPlans;
  constructor(plans: CopiedPlans) {
    super("the copy is undone");
    this.plans = plans;
  }
}

/**
 * Plans a statement before and after an index, on a copy in Mindmesh's own PostgreSQL: temporary tables with the same columns and
 * indexes and made-up rows of the distribution that the catalogue knows (different values, shares of empty and common ones, least
 * and greatest). Nothing of it stays. The statement is planned there, not run. Null where it cannot be planned so.
 */
export async function planOnCopy(
  { db, tenant, parser }: { db: Database; tenant: Tenant; parser: Parser },
  {
    statement,
    rewritten,
    tables,
    indexes,
  }: { statement: SyntaxNode; rewritten: SyntaxNode | null; tables: CatalogTable[]; indexes: IndexProposal[] },
): Promise<CopiedPlans | null> {
  const names = tables.map(({ name }) => name);
  if (tables.length > mostTables || new Set(names).size < names.length || tables.some(({ kind }) => kind === "view"))
    return null;
  const onCopy = (node: SyntaxNode) => {
    const copied = structuredClone(node);
    visit(copied, (kind, body) => {
      if (kind === "table") body["schema"] = null;
      return true;
    });
    return parser.write(copied);
  };
  const sql = onCopy(statement);
  if (/\$\d/.test(sql)) return null;
  try {
    await db.withWorkspace(tenant, async (tx) => {
      await tx.client.query(
        "SET LOCAL statement_timeout = '20s'; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL search_path = pg_temp",
      );
      for (const table of tables) await copyTable(tx, table);
      const before = await planOf(tx, sql);
      for (const { table, parts } of indexes) {
        await tx.client.query(
          `CREATE INDEX ON pg_temp.${quoted(table.name)} (${parts.map((part) => part.sql).join(", ")})`,
        );
      }
      for (const { table } of indexes) await tx.client.query(`ANALYZE pg_temp.${quoted(table.name)}`);
      const after = await planOf(tx, rewritten ? onCopy(rewritten) : sql);
      const largest = Math.max(...tables.map((table) => table.rowEstimate ?? 0));
      throw new Undo({ before, after, rows: { real: largest, copied: Math.min(largest, mostRows) } });
    });
  } catch (error) {
    if (error instanceof Undo) return error.plans;
    // What the copy does not have (functions, types of the database's own) is no fault of the statement.
    if (isDatabaseError(error)) return null;
    throw error;
  }
  return null;
}

const isDatabaseError = (error: unknown) => typeof (error as { code?: unknown } | null)?.code === "string";
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

async function planOf(tx: Transaction, sql: string): Promise<PlanNode> {
  const { rows } = await tx.client.query<{ "QUERY PLAN": [{ Plan: ExplainNode }] }>(`EXPLAIN (FORMAT JSON) ${sql}`);
  const [row] = rows;
  if (!row) throw new Error("EXPLAIN gave no plan");
  return planNode(row["QUERY PLAN"][0].Plan);
}

/** Types of our own PostgreSQL that a copy may have; all others become text. */
const known =
  /^(smallint|integer|bigint|numeric(\(.*\))?|real|double precision|text|character varying(\(\d+\))?|character(\(\d+\))?|boolean|date|timestamp( with(out)? time zone)?|uuid)$/;
const typeOf = ({ type }: CatalogColumn) => (known.test(type) ? type.replace(/\(.*\)/, "") : "text");

async function copyTable(tx: Transaction, table: CatalogTable): Promise<void> {
  const real = Math.max(1, Math.round(table.rowEstimate ?? 1000));
  const rows = Math.min(real, mostRows);
  const columns = table.columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`);
  const width = Math.min(mostWidth, Math.max(0, Math.round((table.bytes ?? 0) / real) - 24 - 8 * columns.length));
  const values = table.columns.map((column) => valueSql(table, column, real, rows));
  await tx.client.query(
    `CREATE TEMPORARY TABLE ${quoted(table.name)} (${[...columns, `"mindmesh filler" text`].join(", ")}) ON COMMIT DROP`,
  );
  await tx.client.query(
    `INSERT INTO pg_temp.${quoted(table.name)} SELECT ${[...values, `repeat('x', ${width})`].join(", ")} FROM generate_series(0, ${rows - 1}) AS g(i)`,
  );
  const keys = usable(table).map(({ parts, unique }) => ({ parts, unique }));
  const primary = table.primaryKey ? [{ parts: table.primaryKey.columns, unique: false }] : [];
  const names = new Set(table.columns.map(({ name }) => name));
  for (const { parts } of [...primary, ...keys]) {
    const plain = parts.map((part) => part.replace(/^"|"$/g, ""));
    if (plain.every((part) => names.has(part))) {
      await tx.client.query(`CREATE INDEX ON pg_temp.${quoted(table.name)} (${plain.map(quoted).join(", ")})`);
    }
  }
  await tx.client.query(`ANALYZE pg_temp.${quoted(table.name)}`);
}

/** A value for row `g.i`: numbers walk through their range in an order that has nothing to do with the rows'. */
function valueSql(table: CatalogTable, column: CatalogColumn, real: number, rows: number): string {
  const type = typeOf(column);
  const { statistics } = column;
  const isUnique = table.primaryKey?.columns.length === 1 && table.primaryKey.columns[0] === column.name;
  const share = statistics?.distinct ? Math.min(1, statistics.distinct / real) : 1;
  const different = isUnique
    ? rows
    : Math.max(1, Math.round(share > 0.1 ? share * rows : Math.min(rows, statistics?.distinct ?? rows)));
  // A prime step visits all numbers below `different` before one comes again, in a scattered order.
  const number = isUnique ? "g.i" : `((g.i::bigint * 7919) % ${different})`;
  const common = (statistics?.common ?? []).filter((each) => each.share !== null).slice(0, 12);
  const cases: string[] = [];
  let reached = Math.round((statistics?.nullShare ?? 0) * 1000);
  const draw = `((g.i::bigint * 7907 + 13) % 1000)`;
  if (reached > 0) cases.push(`WHEN ${draw} < ${reached} THEN NULL`);
  for (const { value, share: part } of common) {
    reached += Math.round((part ?? 0) * 1000);
    cases.push(`WHEN ${draw} < ${Math.min(1000, reached)} THEN ${text(value)}::${type}`);
  }
  const base = plainValue(column, type, number, different);
  return cases.length > 0 && !isUnique ? `CASE ${cases.join(" ")} ELSE ${base} END` : base;
}

function plainValue({ kind, statistics }: CatalogColumn, type: string, number: string, different: number): string {
  const [least, greatest] = [statistics?.minimum ?? null, statistics?.maximum ?? null];
  if (kind === "integer" || kind === "decimal" || kind === "float") {
    const [from, to] = [Number(least), Number(greatest)];
    const isKnown = least !== null && greatest !== null && Number.isFinite(from) && Number.isFinite(to) && to > from;
    return isKnown ? `(${from} + ${number} * ${(to - from) / different})::${type}` : `${number}::${type}`;
  }
  if (type === "date" || type.startsWith("timestamp")) {
    const isKnown =
      least !== null && greatest !== null && !Number.isNaN(Date.parse(least)) && !Number.isNaN(Date.parse(greatest));
    const [from, to] = isKnown ? [text(least), text(greatest)] : ["'2020-01-01'", "'2026-01-01'"];
    return `(${from}::timestamp + (${to}::timestamp - ${from}::timestamp) * (${number}::float8 / ${different}))::${type}`;
  }
  if (type === "boolean") return `(${number} % 2 = 0)`;
  if (type === "uuid") return `md5((${number})::text)::uuid`;
  return `('value ' || ${number})::${type}`;
}
