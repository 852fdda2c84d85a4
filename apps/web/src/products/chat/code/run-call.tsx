import type { AnswerCall } from "@mindmesh/contracts/chat";
import { useQuery } from "@tanstack/react-query";
import { ColouredCode } from "./coloured-code.tsx";
import { runsQuery, sandboxQuery, type Place } from "./queries.ts";
import { RunOutput } from "./run-output.tsx";
import { RunStatus } from "./run-status.tsx";
import { useRun } from "./use-run.ts";

/** JSON that a model or the server wrote, as an object; an empty one where it is none. */
function fieldsOf(json: string | null): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(json ?? "{}");
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** The run of a call: named by its result, and before that the one that a model has begun and that has not ended. */
function useRunOfCall(place: Place, call: AnswerCall) {
  const named = textOf(fieldsOf(call.output)["runId"]);
  const runs = useQuery(runsQuery(place)).data;
  if (named !== "") return named;
  if (call.state !== "running") return null;
  const begun = call.startedAt;
  const open = runs?.filter((run) => run.origin === "tool" && run.finishedAt === null);
  return open?.find((run) => begun === null || run.createdAt >= begun)?.id ?? null;
}

/** What a model's call ran: the code in colours, and its output as it comes, as below a block of code. */
export function RunCall({ place, call }: { place: Place; call: AnswerCall }) {
  const input = fieldsOf(call.input);
  const runId = useRunOfCall(place, call);
  const details = useRun(place, runId).data;
  const mayStop = useQuery(sandboxQuery(place.workspaceId)).data?.allowed ?? false;
  return (
    <div className="border-t border-line">
      <ColouredCode code={textOf(input["source"])} language={textOf(input["language"])} />
      {details ? (
        <div className="border-t border-line">
          <RunStatus place={place} run={details.run} mayStop={mayStop} />
          <RunOutput place={place} details={details} onGoToError={null} className="max-h-[28rem]" />
        </div>
      ) : null}
    </div>
  );
}
