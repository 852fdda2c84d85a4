import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../live/live-connection.ts";
import { modelsApi } from "./api.ts";

/** Begins the keys of everything about models, so that one event loads all of it anew. */
const modelsKey = (workspaceId: string) => [...workspaceKey(workspaceId), "models"] as const;

export const providerKeysQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...modelsKey(workspaceId), "keys"],
    queryFn: ({ signal }) => modelsApi.listProviderKeys({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });

/** The models that the person can use, the one that is taken when none is named, and how to get one. */
export const offerQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...modelsKey(workspaceId), "offer"],
    queryFn: ({ signal }) => modelsApi.listModels({ params: { workspaceId }, signal }),
    // An event tells of changed keys; providers change their lists rarely.
    staleTime: 10 * 60_000,
  });
