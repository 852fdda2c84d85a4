import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { modelsApi } from "../api.ts";

/** Begins the keys of everything about models, so that one event loads all of it anew. */
const modelsKey = (workspaceId: string) => [...workspaceKey(workspaceId), "models"] as const;

export const providerKeysQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...modelsKey(workspaceId), "keys"],
    queryFn: ({ signal }) => modelsApi.listProviderKeys({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });

export const offerQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...modelsKey(workspaceId), "offer"],
    queryFn: ({ signal }) => modelsApi.listModels({ params: { workspaceId }, signal }),
  });
