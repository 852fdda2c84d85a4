import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { connectionKeyOf } from "../queries.ts";
import { askApi, explainApi, glossaryApi, optimiseApi } from "./api.ts";

export interface Place {
  workspaceId: string;
  connectionId: string;
}

const keyOf = ({ workspaceId, connectionId }: Place) => connectionKeyOf(workspaceId, connectionId);

export const turnsKeyOf = (place: Place) => [...keyOf(place), "questions"] as const;
export const glossaryKeyOf = (place: Place) => [...keyOf(place), "glossary"] as const;

/** What the person has asked a connection, newest first. */
export const turnsQuery = (place: Place) =>
  infiniteQueryOptions({
    queryKey: turnsKeyOf(place),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      askApi.listTurns({
        params: { ...place },
        query: { limit: 20, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/** The business terms of a connection, by name. */
export const glossaryQuery = (place: Place) =>
  queryOptions({
    queryKey: glossaryKeyOf(place),
    queryFn: ({ signal }) => glossaryApi.listTerms({ params: { ...place }, signal }),
    select: ({ items }) => items,
  });

/** A statement in words, and its plan. With `analyze` the database runs it for that. */
export const explanationQuery = (place: Place, sql: string, analyze: boolean) =>
  queryOptions({
    queryKey: [...keyOf(place), "explanation", sql, analyze],
    queryFn: ({ signal }) => explainApi.explainStatement({ params: { ...place }, body: { sql, analyze }, signal }),
    staleTime: 60_000,
    retry: false,
  });

/** What would make a statement faster. */
export const findingsQuery = (place: Place, sql: string) =>
  queryOptions({
    queryKey: [...keyOf(place), "findings", sql],
    queryFn: ({ signal }) => optimiseApi.optimiseStatement({ params: { ...place }, body: { sql }, signal }),
    staleTime: 60_000,
    retry: false,
  });

/** What in the whole schema costs time or room. */
export const healthQuery = (place: Place) =>
  queryOptions({
    queryKey: [...keyOf(place), "health"],
    queryFn: ({ signal }) => optimiseApi.readHealth({ params: { ...place }, signal }),
  });
