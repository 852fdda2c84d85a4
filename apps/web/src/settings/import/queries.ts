import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { chatApi } from "../../products/chat/api.ts";

/** The person's imports. Events load it anew; asking again covers what an event may have missed while one runs. */
export const importsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "imports"],
    queryFn: ({ signal }) => chatApi.listImports({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    refetchInterval: ({ state }) =>
      state.data?.items.some((each) => each.state === "waiting" || each.state === "running") ? 2000 : false,
    staleTime: 0,
  });
