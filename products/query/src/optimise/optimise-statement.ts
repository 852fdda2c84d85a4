import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind, PlanNode, Refusal } from "@mindmesh/contracts/query/engine";
import type { Evidence, Finding } from "@mindmesh/contracts/query/optimise";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type AskContext, loadContext } from "../ask/load-context.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { type Session, StatementFailure } from "../engines/engine.ts";
import { withSession } from "../explain/with-session.ts";
import { checkStatement } from "../guard/check-statement.ts";
import { queryShape } from "../syntax/query-shape.ts";
import { resolveNames } from "../syntax/resolve-names.ts";
import { type Parser, type SyntaxNode, parserOf } from "../syntax/syntax-tree.ts";
import { planOnCopy } from "./plan-on-copy.ts";
import { type IndexProposal, type Suspicion, createIndexSql, hypotheticalIndexSql } from "./proposal.ts";
import { suspectStatement } from "./suspect-statement.ts";

export interface Optimised {
  findings: Finding[];
  plan: PlanNode | null;
  problem: { message: string; refusal: Refusal | null } | null;
}

/** A plan that is cheaper by less is not worth an index. */
const worthwhile = 0.9;

/**
 * What would make a statement faster: suspicions from its text, the schema and its plan, each tried by planning before and after.
 * Nothing is run or changed.
 * @throws AppError not_found, not_allowed, database_unreachable
 */
export async function optimiseStatement(
  dependencies: SessionDependencies,
  caller: MemberCaller,
  connectionId: string,
  sql: string,
  signal: AbortSignal,
): Promise<Optimised> {
  const context = await loadContext(dependencies.db, caller, connectionId);
  const { row, catalog, knowledge } = context;
  const none = { findings: [], plan: null };
  const verdict = await checkStatement(sql, knowledge, "read");
  if (!verdict.ok) return { ...none, problem: { message: verdict.refusal.reason, refusal: verdict.refusal } };
  const parser = await parserOf(row.engine);
  const root = parser.parse(verdict.statement.plannable ?? sql);
  const shape = root && queryShape(root);
  if (!catalog) return { ...none, problem: { message: "Read the schema of this connection first.", refusal: null } };
  if (!root || !shape) return { ...none, problem: { message: "Only a single query can be looked at.", refusal: null } };
  const resolved = resolveNames(shape, catalog, row.engine);
  const [unknown] = resolved.problems;
  if (unknown) return { ...none, problem: { message: unknown.message, refusal: null } };
  try {
    return await withSession(dependencies, row, signal, async (session) => {
      const planner = plannerOf(session, context, signal);
      const plan = await planner.plan(sql);
      const suspicions = suspectStatement({ resolved, root, plan, parser, engine: row.engine });
      const proving = {
        dependencies,
        caller,
        parser,
        root,
        tables: resolved.tables,
        planner,
        plan,
        sql,
        engine: row.engine,
      };
      const findings: Finding[] = [];
      for (const each of suspicions) findings.push(await proved(each, proving));
      return { findings: inOrder(findings), plan, problem: null };
    });
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    return { ...none, problem: { message: error.message, refusal: null } };
  }
}

const order: Finding["verdict"][] = ["proved", "remark", "no gain"];
const gain = ({ evidence }: Finding) =>
  evidence?.before && evidence.after !== null ? evidence.after / evidence.before : 1;
const inOrder = (findings: Finding[]) =>
  findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || gain(a) - gain(b));

/** Plans a statement as the database is, or as it would be with indexes that are not there (null where nobody can say). */
interface Planner {
  plan(sql: string): Promise<PlanNode>;
  planWith(sql: string, indexes: readonly string[]): Promise<PlanNode | null>;
}

function plannerOf(session: Session, { row, knowledge }: AskContext, signal: AbortSignal): Planner {
  const requestOf = async (sql: string) => {
    const verdict = await checkStatement(sql, knowledge, "read");
    if (!verdict.ok) throw new StatementFailure("refused", verdict.refusal.reason);
    return { statement: verdict.statement, parameters: [], limits: { ...row.limits, cost: null }, signal };
  };
  return {
    plan: async (sql) => session.plan({ ...(await requestOf(sql)), analyze: false }),
    planWith: async (sql, indexes) => (await session.planWith?.({ ...(await requestOf(sql)), indexes })) ?? null,
  };
}

interface Proving {
  dependencies: SessionDependencies;
  caller: MemberCaller;
  parser: Parser;
  root: SyntaxNode;
  tables: CatalogTable[];
  planner: Planner;
  plan: PlanNode;
  sql: string;
  engine: EngineKind;
}

async function proved(suspicion: Suspicion, proving: Proving): Promise<Finding> {
  const { indexes, statement, table, ...rest } = suspicion;
  const { engine } = proving;
  const own = indexes.length > 0 ? indexes.map((index) => `${createIndexSql(index, engine)};`).join("\n") : statement;
  // A better way of writing that needs an index too is proved with both.
  const evidence =
    indexes.length > 0 ? await indexEvidence(suspicion, proving) : await rewriteEvidence(suspicion, proving);
  const place = table ? { schema: table.schema, name: table.name } : null;
  return { ...rest, table: place, statement: own, evidence, verdict: verdictOf(evidence) };
}

function verdictOf(evidence: Evidence | null): Finding["verdict"] {
  if (!evidence || evidence.before === null || evidence.after === null) return "remark";
  return evidence.after < evidence.before * worthwhile ? "proved" : "no gain";
}

/** Both statements planned by the database itself. */
async function rewriteEvidence({ rewrite, kind }: Suspicion, { planner, plan }: Proving): Promise<Evidence | null> {
  if (rewrite === null) return null;
  const after = await planner.plan(rewrite).catch((error: unknown) => {
    if (error instanceof StatementFailure) return null;
    throw error;
  });
  if (!after) return null;
  const note =
    kind === "offset paging"
      ? "Planned by the database: the page with OFFSET, and the first page, which is what every page costs when it begins behind the last row shown."
      : "Both statements planned by the database itself, with the indexes that are there.";
  return { way: "database", before: plan.totalCost, after: after.totalCost, beforePlan: plan, afterPlan: after, note };
}

/** By the database itself where it has HypoPG, else by a copy, else an estimate. */
async function indexEvidence(suspicion: Suspicion, proving: Proving): Promise<Evidence> {
  return (
    (await hypotheticalEvidence(suspicion, proving)) ??
    (proving.engine === "postgres" ? await copyEvidence(suspicion, proving) : null) ??
    estimated(suspicion.indexes)
  );
}

async function hypotheticalEvidence(
  { indexes, rewrite }: Suspicion,
  { planner, plan, sql }: Proving,
): Promise<Evidence | null> {
  const statements = indexes.map(hypotheticalIndexSql);
  const after = await planner.planWith(rewrite ?? sql, statements).catch((error: unknown) => {
    // Some kinds of indexes it cannot pretend.
    if (error instanceof StatementFailure) return null;
    throw error;
  });
  if (!after) return null;
  const note =
    "Planned by the database itself, with its own rows and statistics, as if the index were there (HypoPG). Nothing was made.";
  return {
    way: "hypothetical",
    before: plan.totalCost,
    after: after.totalCost,
    beforePlan: plan,
    afterPlan: after,
    note,
  };
}

async function copyEvidence(
  { indexes, rewrite }: Suspicion,
  { dependencies, caller, parser, root, tables }: Proving,
): Promise<Evidence | null> {
  const rewritten = rewrite === null ? null : parser.parse(rewrite);
  const place = { db: dependencies.db, tenant: tenantOf(caller), parser };
  const copy = await planOnCopy(place, { statement: root, rewritten, tables, indexes });
  if (!copy) return null;
  const { real, copied } = copy.rows;
  const size =
    real > copied
      ? ` with ${copied.toLocaleString("en")} rows in place of ${Math.round(real).toLocaleString("en")}`
      : "";
  const note = `Planned before and after on a copy${size}: made-up rows of the distribution that the catalogue knows. The real costs differ; which plan is cheaper should not.`;
  return {
    way: "copy",
    before: copy.before.totalCost,
    after: copy.after.totalCost,
    beforePlan: copy.before,
    afterPlan: copy.after,
    note,
  };
}

/** Rows that are looked at, from what the catalogue knows: all of them, or those with one value. */
function estimated(indexes: IndexProposal[]): Evidence {
  const before = indexes.reduce((sum, { table }) => sum + (table.rowEstimate ?? 0), 0);
  const after = indexes.reduce((sum, { table, parts }) => {
    const rows = table.rowEstimate ?? 0;
    const distinct = parts.map(
      ({ column }) => table.columns.find(({ name }) => name === column)?.statistics?.distinct ?? null,
    );
    // Without statistics a tenth is taken, as planners do for conditions that they know nothing of.
    const share = distinct.reduce<number>((part, count) => part * (count === null ? 0.1 : 1 / Math.max(1, count)), 1);
    return sum + Math.log2(Math.max(2, rows)) + rows * Math.min(1, share);
  }, 0);
  const note =
    "An estimate, not a proof: rows looked at with and without the index, from the numbers of different values in the catalogue. Try it on a copy of the database first.";
  return {
    way: "estimate",
    before: Math.round(before),
    after: Math.round(after),
    beforePlan: null,
    afterPlan: null,
    note,
  };
}
