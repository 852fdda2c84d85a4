import { ClientError } from "@mindmesh/client";
import { Callout, EmptyState, ErrorState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Ban from "lucide-react/icons/ban";
import CircleCheck from "lucide-react/icons/circle-check";
import { ListSkeleton } from "../../../settings/parts/loaded.tsx";
import { type Place, findingsQuery } from "../ask/queries.ts";
import { FindingCard } from "./finding-card.tsx";

/** What would make a statement faster, what is proved first. */
export function FindingsView({ place, sql }: { place: Place; sql: string }) {
  const found = useQuery(findingsQuery(place, sql));
  const { data, error } = found;
  if (error) {
    const description = error instanceof ClientError ? error.message : "Something went wrong on this page.";
    return (
      <ErrorState
        title="It could not be looked at"
        description={description}
        onRetry={() => void found.refetch()}
        retrying={found.isFetching}
      />
    );
  }
  if (!data) {
    return (
      <div className="flex flex-col gap-2">
        <output className="text-xs text-muted">Planning it before and after</output>
        <ListSkeleton rows={3} />
      </div>
    );
  }
  const { findings, problem } = data;
  if (problem) {
    return (
      <Callout tone="warning" icon={<Ban aria-hidden="true" />} title="It cannot be looked at">
        {problem.message} {problem.refusal?.instead}
      </Callout>
    );
  }
  if (findings.length === 0) {
    return (
      <EmptyState
        icon={<CircleCheck aria-hidden="true" />}
        title="Nothing to mend"
        description="The indexes that are there serve it, and nothing in its text keeps them from it."
      />
    );
  }
  return (
    <ul className="flex flex-col gap-3">
      {findings.map((finding) => (
        <li key={`${finding.kind} ${finding.title}`}>
          <FindingCard finding={finding} />
        </li>
      ))}
    </ul>
  );
}
