import { keepPreviousData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { connectionKeyOf } from "../queries.ts";
import { historyKeyOf, savedKeyOf, statementKeyOf, tabsKeyOf } from "./keys.ts";
import { completionApi, savedQueriesApi, statementsApi, tabsApi } from "./api.ts";

export interface Place {
  workspaceId: string;
  connectionId: string;
}

const keyOf = ({ workspaceId, connectionId }: Place) => connectionKeyOf(workspaceId, connectionId);

/** The person's tabs at a connection, in their order. */
export const tabsQuery = (place: Place) =>
  queryOptions({
    queryKey: tabsKeyOf(place.workspaceId, place.connectionId),
    queryFn: ({ signal }) => tabsApi.listTabs({ params: { ...place }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

/** What the editor completes from. */
export const completionQuery = (place: Place) =>
  queryOptions({
    queryKey: [...keyOf(place), "completion"],
    queryFn: ({ signal }) => completionApi.readCompletion({ params: { ...place }, signal }),
    staleTime: Infinity,
  });

/** Saved queries of a connection that hold all the words. */
export const savedQueriesQuery = ({ workspaceId, connectionId }: Place, find: string) =>
  queryOptions({
    queryKey: [...savedKeyOf(workspaceId), "list", connectionId, find],
    queryFn: ({ signal }) =>
      savedQueriesApi.listSavedQueries({
        params: { workspaceId },
        query: { connectionId, ...(find === "" ? {} : { find }) },
        signal,
      }),
    select: ({ items }) => items,
    placeholderData: keepPreviousData,
  });

/** The versions of a saved query, newest first. */
export const savedVersionsQuery = (workspaceId: string, savedQueryId: string) =>
  queryOptions({
    queryKey: [...savedKeyOf(workspaceId), "versions", savedQueryId],
    queryFn: ({ signal }) => savedQueriesApi.listSavedQueryVersions({ params: { workspaceId, savedQueryId }, signal }),
    select: ({ items }) => items,
  });

/** Statements at a connection, newest first. */
export const historyQuery = ({ workspaceId, connectionId }: Place, ask: { find: string; everybody: boolean }) =>
  infiniteQueryOptions({
    queryKey: [...historyKeyOf(workspaceId), connectionId, ask],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      statementsApi.listStatements({
        params: { workspaceId },
        query: {
          connectionId,
          limit: 50,
          everybody: ask.everybody ? "true" : "false",
          ...(ask.find === "" ? {} : { find: ask.find }),
          ...(pageParam === undefined ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** A statement that this page does not run itself, until it has ended. */
export const statementQuery = (workspaceId: string, statementId: string) =>
  queryOptions({
    queryKey: statementKeyOf(workspaceId, statementId),
    queryFn: ({ signal }) => statementsApi.getStatement({ params: { workspaceId, statementId }, signal }),
    staleTime: Infinity,
    refetchInterval: ({ state }) => (state.data?.statement.state === "running" ? 1000 : false),
  });
