import { ClientError } from "@mindmesh/client";
import { Button, Callout, ErrorState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Ban from "lucide-react/icons/ban";
import Play from "lucide-react/icons/play";
import { useState } from "react";
import { ListSkeleton } from "../../../settings/parts/loaded.tsx";
import { type Place, explanationQuery } from "../ask/queries.ts";
import { PlanTree } from "./plan-tree.tsx";
import { WordsView } from "./words-view.tsx";

type ExplanationViewProps = { place: Place; sql: string; withWords?: boolean };

/** A statement in words and its plan as a tree; run for real figures when the person wants that. */
export function ExplanationView({ place, sql, withWords = true }: ExplanationViewProps) {
  const [analyze, setAnalyze] = useState(false);
  const explanation = useQuery(explanationQuery(place, sql, analyze));
  const { data, error } = explanation;
  if (error) {
    const description = error instanceof ClientError ? error.message : "Something went wrong on this page.";
    return (
      <ErrorState
        title="It could not be explained"
        description={description}
        onRetry={() => void explanation.refetch()}
        retrying={explanation.isFetching}
      />
    );
  }
  if (!data) return <ListSkeleton rows={4} />;
  const { words, wordsProblem, plan, planProblem } = data;
  return (
    <div className="flex flex-col gap-4">
      {withWords && words ? (
        <section aria-label="In words">
          <p className="text-sm font-medium">{words.summary}</p>
          <WordsView words={words} />
        </section>
      ) : null}
      {withWords && wordsProblem ? <p className="text-sm text-muted">{wordsProblem}</p> : null}
      {plan ? (
        <section aria-label="How the database goes about it" className="flex flex-col gap-2">
          <div className="flex flex-wrap items-start gap-3">
            <ul className="min-w-0 flex-1 basis-64 text-sm text-ink">
              {plan.summary.map((line, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- the same may be said of two tables
                <li key={at}>{line}</li>
              ))}
            </ul>
            {plan.analyzed ? null : (
              <Button
                size="sm"
                icon={<Play aria-hidden="true" />}
                busy={explanation.isFetching}
                onClick={() => setAnalyze(true)}
              >
                Run for real figures
              </Button>
            )}
          </div>
          <PlanTree key={String(plan.analyzed)} explained={plan} />
        </section>
      ) : null}
      {planProblem ? (
        <Callout tone="warning" icon={<Ban aria-hidden="true" />} title="There is no plan">
          {planProblem.message} {planProblem.refusal?.instead}
        </Callout>
      ) : null}
    </div>
  );
}
