import { lintRules, type LintFinding, type LintRule } from "@mindmesh/contracts/query/documentation";
import { Badge, EmptyState } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import ShieldCheck from "lucide-react/icons/shield-check";
import { useState } from "react";
import { writeTable } from "../schema/find-tables.ts";

type FindingsListProps = { workspaceId: string; connectionId: string; findings: readonly LintFinding[] };

/** Findings of one kind that are shown before somebody asks for all. */
const few = 8;

/** What a reviewer would say of the schema, by kind, what matters most first. */
export function FindingsList({ findings, ...place }: FindingsListProps) {
  if (findings.length === 0) {
    return (
      <EmptyState
        icon={<ShieldCheck aria-hidden="true" />}
        title="Nothing to say"
        description="Every table has a primary key, every foreign key an index, and everything is described."
      />
    );
  }
  const kinds = [...Map.groupBy(findings, ({ rule }) => rule)].toSorted(([, a], [, b]) => weight(b) - weight(a));
  return kinds.map(([rule, list]) => <FindingsOfRule key={rule} rule={rule} list={list} {...place} />);
}

const weight = (list: readonly LintFinding[]) => (list[0]?.severity === "warning" ? 1_000_000 : 0) + list.length;

type FindingsOfRuleProps = Omit<FindingsListProps, "findings"> & { rule: LintRule; list: readonly LintFinding[] };

function FindingsOfRule({ rule, list, workspaceId, connectionId }: FindingsOfRuleProps) {
  const [all, setAll] = useState(false);
  return (
    <section className="mt-6" aria-label={lintRules[rule]}>
      <h2 className="flex items-center gap-2 text-sm font-semibold text-ink">
        {lintRules[rule]}
        <Badge tone={list[0]?.severity === "warning" ? "warning" : "neutral"}>{list.length.toLocaleString("en")}</Badge>
      </h2>
      <ul className="mt-2 divide-y divide-line rounded-md border border-line">
        {list.slice(0, all ? undefined : few).map((finding) => (
          <li
            key={`${finding.schema}.${finding.table}.${finding.column}.${finding.message}`}
            className="px-4 py-3 text-sm"
          >
            <Link
              to="/w/$workspaceId/query/c/$connectionId/$section"
              params={{ workspaceId, connectionId, section: "schema" }}
              search={{ table: writeTable({ schema: finding.schema, name: finding.table }) }}
              className="font-medium text-ink hover:underline"
            >
              {finding.table}
              {finding.column === null ? "" : `.${finding.column}`}
            </Link>
            <p className="mt-0.5 text-muted">{finding.message}</p>
            <p className="mt-0.5 text-ink">{finding.advice}</p>
          </li>
        ))}
      </ul>
      {list.length > few && !all ? (
        <button type="button" className="mt-2 text-sm text-accent-ink hover:underline" onClick={() => setAll(true)}>
          Show all {list.length.toLocaleString("en")}
        </button>
      ) : null}
    </section>
  );
}
