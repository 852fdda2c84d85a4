import type { DiagramArrangement } from "@mindmesh/contracts/query/diagram";
import { toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { arrangementQuery, diagramApi } from "./queries.ts";

/** Milliseconds after the last change before it is kept. */
const pause = 600;

/** Changes where tables stand and which are hidden: at once on the page, a moment later on the server. */
export function useArrangement(workspaceId: string, connectionId: string) {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { queryKey } = arrangementQuery(workspaceId, connectionId);
  return (change: (before: DiagramArrangement) => DiagramArrangement) => {
    queryClient.setQueryData(queryKey, (before) => before && change(before));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const body = queryClient.getQueryData(queryKey);
      if (!body) return;
      diagramApi.saveArrangement({ params: { workspaceId, connectionId }, body }).catch(() => {
        toast("The arrangement could not be kept. It stays on this page until you leave it.", { tone: "danger" });
      });
    }, pause);
  };
}
