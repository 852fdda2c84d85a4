import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { connectionsApi } from "./api.ts";

/** Everything that Query keeps of a workspace has a key that begins like this. */
export const queryKeyOf = (workspaceId: string) => [...workspaceKey(workspaceId), "query"] as const;

/** Everything that Query keeps of one connection has a key that begins like this. */
export const connectionKeyOf = (workspaceId: string, connectionId: string) =>
  [...queryKeyOf(workspaceId), "connection", connectionId] as const;

/** The connections that the person may use, by name. */
export const connectionsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...queryKeyOf(workspaceId), "connections"],
    queryFn: ({ signal }) => connectionsApi.listConnections({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });
