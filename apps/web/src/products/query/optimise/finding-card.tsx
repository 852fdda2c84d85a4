import type { Evidence, Finding } from "@mindmesh/contracts/query/optimise";
import { Badge } from "@mindmesh/ui";
import type { PlanNode } from "@mindmesh/contracts/query/engine";
import { SqlText } from "../ask/sql-text.tsx";

const verdicts = {
  proved: { tone: "success", label: "proved" },
  "no gain": { tone: "neutral", label: "brings nothing" },
  remark: { tone: "warning", label: "remark" },
} as const;

const ways: Record<Evidence["way"], string> = {
  hypothetical: "Planned by the database with an index that is not there",
  database: "Planned by the database itself",
  copy: "Planned on a copy with made-up rows",
  estimate: "Estimated, not proved",
  catalogue: "Counted by the database",
};

const round = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });

/** One finding: what it is, before and after side by side, and the statement to copy. */
export function FindingCard({ finding }: { finding: Finding }) {
  const { title, explanation, evidence, verdict, statement, rewrite, kind } = finding;
  const { tone, label } = verdicts[verdict];
  return (
    <article aria-label={title} className="flex flex-col gap-3 rounded-lg border border-line px-4 py-3">
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 basis-56 text-sm font-semibold break-words">{title}</h2>
        <Badge>{kind}</Badge>
        <Badge tone={tone}>{label}</Badge>
      </header>
      <p className="text-sm text-muted">{explanation}</p>
      {evidence ? <EvidenceView evidence={evidence} /> : null}
      {statement && verdict !== "no gain" ? (
        <div>
          <h3 className="text-xs font-medium text-faint">To run by hand, with the rights for it</h3>
          <SqlText sql={statement} label="Statement to run by hand" />
        </div>
      ) : null}
      {rewrite && verdict !== "no gain" ? (
        <div>
          <h3 className="text-xs font-medium text-faint">The statement in a better way</h3>
          <SqlText sql={rewrite} label="The statement in a better way" />
        </div>
      ) : null}
    </article>
  );
}

function EvidenceView({ evidence }: { evidence: Evidence }) {
  const { before, after, beforePlan, afterPlan, way, note } = evidence;
  if (before === null || after === null) return <p className="text-xs text-faint">{note}</p>;
  const largest = Math.max(before, after, 1);
  const times = after > 0 ? before / after : null;
  return (
    <div className="flex flex-col gap-2 rounded-md bg-panel px-3 py-2.5">
      <p className="text-xs font-medium text-muted">
        {ways[way]}
        {times !== null && times >= 1.1
          ? `: ${times >= 10 ? Math.round(times).toLocaleString("en") : times.toFixed(1)} times cheaper`
          : null}
      </p>
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <Side title="Before" cost={before} share={before / largest} plan={beforePlan} />
        <Side title="After" cost={after} share={after / largest} plan={afterPlan} />
      </div>
      <p className="text-xs text-faint">{note}</p>
    </div>
  );
}

function Side({ title, cost, share, plan }: { title: string; cost: number; share: number; plan: PlanNode | null }) {
  const lines = plan ? outline(plan, 0) : [];
  return (
    <div className="min-w-0">
      <p className="flex items-baseline justify-between gap-2 text-xs">
        <span className="font-medium text-ink">{title}</span>
        <span className="text-muted tabular-nums">cost {round(cost)}</span>
      </p>
      <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-selected">
        <div className="h-full rounded-full bg-accent" style={{ width: `${Math.max(1, Math.round(share * 100))}%` }} />
      </div>
      {lines.length > 0 ? (
        <ul className="mt-2 flex flex-col gap-0.5 font-mono text-xs text-muted">
          {lines.map(({ key, depth, text }) => (
            <li key={key} className="truncate" style={{ paddingLeft: `${Math.min(depth, 6) * 10}px` }} title={text}>
              {text}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function outline(node: PlanNode, depth: number, key = "0"): { key: string; depth: number; text: string }[] {
  const own = { key, depth, text: [node.operation, node.index ?? node.table?.name].filter(Boolean).join(" ") };
  return [own, ...node.children.flatMap((child, index) => outline(child, depth + 1, `${key}.${index}`))];
}
