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
import { type IndexProposal, type Suspicion, createIndexSql } from "./proposal.ts";
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
      const plans = plannerOf(session, context, signal);
      const plan = await plans(sql);
      const suspicions = suspectStatement({ resolved, root, plan, parser, engine: row.engine });
      const proving = { dependencies, caller, parser, root, tables: resolved.tables, plans, plan, engine: row.engine };
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

type Plans = (sql: string) => Promise<PlanNode>;

function plannerOf(session: Session, { row, knowledge }: AskContext, signal: AbortSignal): Plans {
  return async (sql) => {
    const verdict = await checkStatement(sql, knowledge, "read");
    if (!verdict.ok) throw new StatementFailure("refused", verdict.refusal.reason);
    return session.plan({
      statement: verdict.statement,
      parameters: [],
      limits: { ...row.limits, cost: null },
      signal,
      analyze: false,
    });
  };
}

interface Proving {
  dependencies: SessionDependencies;
  caller: MemberCaller;
  parser: Parser;
  root: SyntaxNode;
  tables: CatalogTable[];
  plans: Plans;
  plan: PlanNode;
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
async function rewriteEvidence({ rewrite, kind }: Suspicion, { plans, plan }: Proving): Promise<Evidence | null> {
  if (rewrite === null) return null;
  const after = await plans(rewrite).catch((error: unknown) => {
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

async function indexEvidence(
  { indexes, rewrite }: Suspicion,
  { dependencies, caller, parser, root, tables, engine }: Proving,
): Promise<Evidence> {
  if (engine === "postgres") {
    const rewritten = rewrite === null ? null : parser.parse(rewrite);
    const place = { db: dependencies.db, tenant: tenantOf(caller), parser };
    const copy = await planOnCopy(place, { statement: root, rewritten, tables, indexes });
    if (copy) {
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
  }
  return estimated(indexes);
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
