import type { PlanNode } from "@mindmesh/contracts/query/engine";
import type { ExplainedPlan, PlanNote } from "@mindmesh/contracts/query/explain";

/** Rows from which reading a whole table is worth a remark. */
export const largeTableRows = 10_000;
/** An estimate that is off by more than this leads planners to wrong joins (Leis et al., "How Good Are Query Optimizers, Really?", 2015). */
const misestimateFactor = 10;
const fewRows = 100;

interface Step {
  path: string;
  node: PlanNode;
  share: number | null;
}

const childPath = (path: string, index: number) => (path === "" ? String(index) : `${path}.${index}`);

/** A step with those below it, the upper ones first. */
export function stepsOf(node: PlanNode, path = ""): { path: string; node: PlanNode }[] {
  return [{ path, node }, ...node.children.flatMap((child, index) => stepsOf(child, childPath(path, index)))];
}

/** What a step takes by itself: time where the plan was run, cost otherwise; null where the database says neither. */
function ownWeight(node: PlanNode, isTimed: boolean): number | null {
  if (!isTimed) {
    if (node.ownCost !== null) return Math.max(0, node.ownCost);
    if (node.totalCost === null) return null;
    return Math.max(0, node.totalCost - sum(node.children.map((child) => child.totalCost ?? 0)));
  }
  if (node.actualMs === null) return null;
  return Math.max(0, node.actualMs - sum(node.children.map((child) => child.actualMs ?? 0)));
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

/** A plan with what there is to say of each step: what it does, its share of the whole, where the planner was wrong. */
export function explainPlan(plan: PlanNode, analyzed: boolean): ExplainedPlan {
  const isTimed = plan.actualMs !== null;
  const all = stepsOf(plan);
  const weights = all.map(({ node }) => ownWeight(node, isTimed));
  const total = sum(weights.map((weight) => weight ?? 0));
  const steps: Step[] = all.map((step, index) => {
    const weight = weights[index] ?? null;
    return { ...step, share: weight === null || total === 0 ? null : weight / total };
  });
  const dearest = steps.reduce<Step | null>(
    (best, step) => ((step.share ?? 0) > (best?.share ?? 0) ? step : best),
    null,
  );
  const notes = steps.map((step): PlanNote => {
    const misestimate = misestimateOf(step.node);
    return {
      path: step.path,
      words: stepWords(step.node),
      share: step.share,
      dearest: steps.length > 1 && step === dearest,
      misestimate,
      warnings: warningsOf(step.node, misestimate),
    };
  });
  return { plan, notes, summary: summaryOf(plan, dearest, notes, isTimed), analyzed };
}

function misestimateOf({ estimatedRows, actualRows }: PlanNode): number | null {
  if (estimatedRows === null || actualRows === null) return null;
  if (Math.max(estimatedRows, actualRows) < fewRows) return null;
  const factor = Math.max(actualRows, 1) / Math.max(estimatedRows, 1);
  return factor >= misestimateFactor || factor <= 1 / misestimateFactor ? factor : null;
}

function warningsOf(node: PlanNode, misestimate: number | null): string[] {
  const warnings: string[] = [];
  if (misestimate !== null) {
    const times = Math.round(misestimate > 1 ? misestimate : 1 / misestimate).toLocaleString("en");
    warnings.push(
      `The planner expected ${rows(node.estimatedRows)}, ${rows(node.actualRows)} came: ${times} times ${misestimate > 1 ? "more" : "fewer"}. Fresh statistics (ANALYZE) may help.`,
    );
  }
  const spilled = Object.entries(node.facts).find(
    ([name, value]) => /sort method|disk|batches/i.test(name) && /external|disk/i.test(value),
  );
  if (spilled) warnings.push("It did not fit into memory and went to the disk.");
  return warnings;
}

const rows = (count: number | null) =>
  count === null ? "some rows" : `${Math.round(count).toLocaleString("en")} ${count === 1 ? "row" : "rows"}`;

const patterns: [RegExp, (node: PlanNode) => string][] = [
  [
    /index only scan/i,
    (node) => `Finds its rows in the index ${node.index ?? ""} without looking into the table ${nameOf(node)}`,
  ],
  [/bitmap index scan/i, (node) => `Marks in the index ${node.index ?? ""} where matching rows are`],
  [/bitmap heap scan/i, (node) => `Reads the marked pages of ${nameOf(node)}`],
  [
    /index (scan|lookup|range|seek)|index_scan|\bsearch\b|^(ref|range|eq_ref|const)$/i,
    (node) => `Finds rows of ${nameOf(node)} by ${node.index ? `the index ${node.index}` : "an index"}`,
  ],
  [/seq scan|seq_scan|table scan|full scan|\bscan\b|^ALL$/i, (node) => `Reads ${nameOf(node)} from beginning to end`],
  [/hash (\w+ )?join|hash_join|hash match/i, () => "Joins by a table of keys in memory"],
  [/merge (\w+ )?join/i, () => "Joins two ordered lists"],
  [/nested loop|nested_loop|block nl/i, () => "For each row of the first, looks up the matching rows of the second"],
  [/^hash$/i, () => "Puts rows into a table of keys in memory"],
  [/incremental sort/i, () => "Orders rows that are partly in order already"],
  [/sort|order.by|top_n/i, () => "Puts the rows in order"],
  [/hashaggregate|hash aggregate|hash_group_by/i, () => "Makes groups by a table of keys in memory"],
  [/groupaggregate|aggregate|group/i, () => "Computes sums, counts and the like"],
  [/limit/i, () => "Stops after enough rows"],
  [/gather/i, () => "Collects the rows of parallel workers"],
  [/windowagg|window/i, () => "Computes over windows of rows"],
  [/materiali[sz]e/i, () => "Keeps rows in memory to read them again"],
  [/memoize/i, () => "Remembers results for keys that come again"],
  [/cte/i, () => "Reads what a named query gave"],
  [/append|union/i, () => "Puts the rows of several parts together"],
  [/filter/i, () => "Keeps the rows that fit the condition"],
  [/unique|distinct/i, () => "Drops repeats"],
  [/subquery|derived/i, () => "Runs an inner query"],
  [/projection|result/i, () => "Computes the columns that are shown"],
];

const nameOf = ({ table }: PlanNode) => table?.name ?? "the table";

function stepWords(node: PlanNode): string {
  const [, words] = patterns.find(([pattern]) => pattern.test(node.operation)) ?? [];
  return words ? words(node).replace(/\s+/g, " ").trim() : node.operation;
}

/** Whether a step reads a whole table. */
export const readsWholeTable = ({ operation }: PlanNode) =>
  /^(parallel )?seq scan|seq_scan|table scan|^ALL$|clustered index scan|^scan\b/i.test(operation) &&
  !/index/i.test(operation.replace(/clustered index scan/i, ""));

function summaryOf(plan: PlanNode, dearest: Step | null, notes: PlanNote[], isTimed: boolean): string[] {
  const lines: string[] = [];
  const expected = plan.actualRows ?? plan.estimatedRows;
  if (expected !== null) {
    const took =
      plan.actualMs === null ? "" : ` in ${plan.actualMs.toLocaleString("en", { maximumFractionDigits: 1 })} ms`;
    lines.push(
      plan.actualRows === null ? `The planner expects ${rows(expected)}.` : `It gave ${rows(expected)}${took}.`,
    );
  }
  if (dearest?.share && plan.children.length > 0) {
    const share = Math.round(dearest.share * 100);
    lines.push(`${share} % of the ${isTimed ? "time" : "cost"} is one step: ${lowerFirst(stepWords(dearest.node))}.`);
  }
  const large = stepsOf(plan).filter(
    ({ node }) => readsWholeTable(node) && (node.actualRows ?? node.estimatedRows ?? 0) >= largeTableRows,
  );
  for (const name of new Set(large.map(({ node }) => nameOf(node))))
    lines.push(`${name} is read from beginning to end.`);
  const wrong = notes.filter(({ misestimate }) => misestimate !== null).length;
  if (wrong > 0) lines.push(`The planner's estimate was far off at ${wrong} ${wrong === 1 ? "step" : "steps"}.`);
  return lines;
}

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);
