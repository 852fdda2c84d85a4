import { type Finding, type FindingKind, findingKinds } from "@mindmesh/contracts/query/optimise";
import { CopyButton, EmptyState, Select } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import HeartPulse from "lucide-react/icons/heart-pulse";
import { useState } from "react";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { healthQuery } from "../ask/queries.ts";
import type { SectionProps } from "../sections.tsx";
import { FindingCard } from "./finding-card.tsx";

const plural: Partial<Record<FindingKind, string>> = {
  "foreign key without index": "Foreign keys without an index",
  "duplicate index": "Repeated indexes",
  "unused index": "Unused indexes",
  "stale statistics": "Stale statistics",
  "repeated statement": "Statements in a loop",
};

/** What in the whole schema costs time or room. */
export function HealthSection({ workspaceId, connection }: SectionProps) {
  const health = useQuery(healthQuery({ workspaceId, connectionId: connection.id }));
  const [kind, setKind] = useState<string>("all");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-4xl px-8 py-6 phone:px-4 phone:py-4">
        <Loaded query={health} skeleton={<ListSkeleton rows={6} />}>
          {({ findings, takenAt }) =>
            findings.length === 0 ? (
              <EmptyState
                icon={<HeartPulse aria-hidden="true" />}
                title={takenAt ? "Nothing to mend" : "The schema has not been read yet"}
                description={
                  takenAt
                    ? "No unused, repeated or missing index, and statistics are fresh."
                    : "Read it under Schema; then its indexes are looked over."
                }
              />
            ) : (
              <Findings findings={findings} takenAt={takenAt} kind={kind} onKind={setKind} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

type FindingsProps = { findings: Finding[]; takenAt: string | null; kind: string; onKind: (kind: string) => void };

function Findings({ findings, takenAt, kind, onKind }: FindingsProps) {
  const present = findingKinds.filter((each) => findings.some((finding) => finding.kind === each));
  const shown = findings.filter((finding) => kind === "all" || finding.kind === kind);
  const statements = shown.flatMap(({ statement }) => statement ?? []).join("\n");
  const count = (each: FindingKind) => findings.filter((finding) => finding.kind === each).length;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <div className="w-64 phone:w-full">
          <Select
            aria-label="Which findings"
            value={kind}
            onValueChange={onKind}
            options={[
              { value: "all", label: `All findings (${findings.length})` },
              ...present.map((each) => ({ value: each, label: `${plural[each] ?? each} (${count(each)})` })),
            ]}
          />
        </div>
        <p className="min-w-0 flex-1 text-xs text-faint">
          {takenAt
            ? `From the schema as it was read on ${new Date(takenAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}.`
            : null}{" "}
          Nothing is changed from here.
        </p>
        {statements === "" ? null : <CopyButton showLabel label="Copy all statements" text={statements} />}
      </div>
      <ul className="flex flex-col gap-3">
        {shown.map((finding) => (
          <li key={`${finding.kind} ${finding.title}`}>
            <FindingCard finding={finding} />
          </li>
        ))}
      </ul>
    </div>
  );
}
