import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { enterRoom } from "../../../live/live-connection.ts";
import { runQuery, type Place } from "./queries.ts";
import { handleRunSignal } from "./run-events.ts";

/** A run with its output as it grows; what was missed while away is fetched. Null without a run. */
export function useRun(place: Place, runId: string | null) {
  const { workspaceId, conversationId } = place;
  const queryClient = useQueryClient();
  const query = useQuery({ ...runQuery(place, runId ?? ""), enabled: runId !== null });
  const running = query.data?.run.finishedAt === null;
  useEffect(() => {
    if (!running) return undefined;
    return enterRoom(workspaceId, `conversation:${conversationId}`, {
      onSignal: (type, payload) => handleRunSignal(queryClient, workspaceId, type, payload),
      onEnter: () => void queryClient.invalidateQueries(runQuery({ workspaceId, conversationId }, runId ?? "")),
    });
  }, [queryClient, workspaceId, conversationId, runId, running]);
  return query;
}
