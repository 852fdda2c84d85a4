import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../live/live-connection.ts";
import { toolsApi } from "./api.ts";

/** The tools that the person may use here. */
export const toolsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "tools", "own"],
    queryFn: ({ signal }) => toolsApi.listTools({ params: { workspaceId }, query: {}, signal }),
    select: ({ items }) => items,
  });

/** All tools of the workspace, also those that are switched off; for admins. */
export const allToolsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "tools", "all"],
    queryFn: ({ signal }) => toolsApi.listTools({ params: { workspaceId }, query: { all: "true" }, signal }),
    select: ({ items }) => items,
  });

/** Who approves critical calls, and how far an answer goes by itself. */
export const toolSettingsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "tools", "settings"],
    queryFn: ({ signal }) => toolsApi.readToolSettings({ params: { workspaceId }, signal }),
  });

/** Calls of others that wait for an admin. */
export const toolApprovalsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "tool-approvals"],
    queryFn: ({ signal }) => toolsApi.listToolApprovals({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: 0,
  });

/** Everybody's calls, newest first, without what they were about; for admins. */
export const workspaceToolCallsQuery = (workspaceId: string) =>
  infiniteQueryOptions({
    queryKey: [...workspaceKey(workspaceId), "workspace-tool-calls"],
    queryFn: ({ pageParam, signal }) =>
      toolsApi.listWorkspaceToolCalls({
        params: { workspaceId },
        query: { limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
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
