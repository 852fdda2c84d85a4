import type { CodeRun } from "@mindmesh/contracts/runs";
import { classNames, EmptyState, ErrorState, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ChevronRight from "lucide-react/icons/chevron-right";
import History from "lucide-react/icons/history";
import { useState } from "react";
import { Moment } from "../../../settings/parts/moment.tsx";
import { languageTitle } from "./languages.ts";
import { runsQuery, sandboxQuery, type Place } from "./queries.ts";
import { RunDetails } from "./run-details.tsx";
import { RunStateIcon } from "./run-status.tsx";
import { stateInWords } from "./run-words.ts";
import { useNow } from "../../../shell/use-now.ts";

const shownAtFirst = 50;
const originWords = { block: "code block", panel: "editor", tool: "a model" } as const;

/** Every run of the conversation, newest first; one opens to its code and what it put out. */
export function RunsPane({ place }: { place: Place }) {
  const runs = useQuery(runsQuery(place));
  const mayStop = useQuery(sandboxQuery(place.workspaceId)).data?.allowed ?? false;
  const [openId, setOpenId] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const now = useNow(runs.data?.some(({ status }) => status === "running") ?? false);
  if (runs.isError) {
    return (
      <ErrorState
        title="The runs could not be loaded"
        description={runs.error.message}
        onRetry={() => void runs.refetch()}
        retrying={runs.isFetching}
      />
    );
  }
  if (!runs.data) return <PaneSkeleton words="Loading the runs" />;
  if (runs.data.length === 0) {
    return (
      <EmptyState
        icon={<History aria-hidden="true" />}
        title="Nothing has run yet"
        description="Every run of code in this conversation is kept here, with its code and what it put out."
        className="my-auto"
      />
    );
  }
  return (
    <ul aria-label="Runs" className="min-h-0 flex-1 divide-y divide-line overflow-y-auto">
      {runs.data.slice(0, all ? undefined : shownAtFirst).map((run) => (
        <li key={run.id}>
          <button
            type="button"
            aria-expanded={openId === run.id}
            onClick={() => setOpenId(openId === run.id ? null : run.id)}
            className="flex min-h-12 w-full items-center gap-2.5 px-3.5 py-2 text-left text-sm transition-colors -outline-offset-2 hover:bg-hover"
          >
            <RunStateIcon status={run.status} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-ink">{titleOf(run)}</span>
              <span className="block truncate text-xs text-muted">
                {stateInWords(run, now)} · <Moment at={run.createdAt} />
              </span>
            </span>
            <ChevronRight
              aria-hidden="true"
              className={classNames(
                "size-3.5 shrink-0 text-faint transition-transform",
                openId === run.id && "rotate-90",
              )}
            />
          </button>
          {openId === run.id ? <RunDetails place={place} runId={run.id} mayStop={mayStop} /> : null}
        </li>
      ))}
      {!all && runs.data.length > shownAtFirst ? (
        <li>
          <button
            type="button"
            onClick={() => setAll(true)}
            className="h-11 w-full text-sm font-medium text-muted hover:bg-hover hover:text-ink"
          >
            Show all {runs.data.length.toLocaleString()}
          </button>
        </li>
      ) : null}
    </ul>
  );
}

const titleOf = (run: CodeRun) =>
  `${run.origin === "panel" && run.entryName !== null ? run.entryName : languageTitle(run.language)}, ${originWords[run.origin]}`;

export function PaneSkeleton({ words }: { words: string }) {
  return (
    <div aria-busy="true" className="flex flex-col gap-3 p-4">
      <output className="sr-only">{words}</output>
      {[1, 2, 3, 4].map((row) => (
        <Skeleton key={row} className="h-10 w-full" />
      ))}
    </div>
  );
}
