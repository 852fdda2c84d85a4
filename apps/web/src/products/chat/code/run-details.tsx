import { Skeleton } from "@mindmesh/ui";
import { ColouredCode } from "./coloured-code.tsx";
import type { Place } from "./queries.ts";
import { RunOutput } from "./run-output.tsx";
import { RunStatus } from "./run-status.tsx";
import { useRun } from "./use-run.ts";

type RunDetailsProps = { place: Place; runId: string; mayStop: boolean };

/** A run with the code that ran and everything that it put out. */
export function RunDetails({ place, runId, mayStop }: RunDetailsProps) {
  const { data: details, error } = useRun(place, runId);
  if (error && !details) return <p className="px-3.5 py-2.5 text-xs text-muted">{error.message}</p>;
  if (!details) return <Skeleton className="m-3 h-24" />;
  return (
    <div className="border-t border-line bg-panel">
      <ColouredCode code={details.source} language={details.run.language} />
      <RunStatus place={place} run={details.run} mayStop={mayStop} />
      <RunOutput place={place} details={details} onGoToError={null} className="max-h-[28rem]" />
    </div>
  );
}
