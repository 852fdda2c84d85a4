import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../live/live-connection.ts";
import { toolsApi } from "./api.ts";

/** The tools that the person may use here. */
export const toolsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "tools"],
    queryFn: ({ signal }) => toolsApi.listTools({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });

/** The person's tool calls, newest first. Events of calls that wait make them out of date. */
export const toolCallsQuery = (workspaceId: string) =>
  infiniteQueryOptions({
    queryKey: [...workspaceKey(workspaceId), "tool-calls"],
    queryFn: ({ pageParam, signal }) =>
      toolsApi.listToolCalls({
        params: { workspaceId },
        query: { limit: 30, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });
