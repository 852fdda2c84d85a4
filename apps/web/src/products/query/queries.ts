import type { Connection } from "@mindmesh/contracts/query/connections";
import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { connectionsApi, schemaApi } from "./api.ts";

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
    // How far a reading is, is no event: it is asked for as long as one is under way.
    refetchInterval: ({ state }) => (state.data?.items.some(isBeingRead) ? 800 : false),
  });

/** Whether the schema of a connection is being read. */
export const isBeingRead = ({ ingestion }: Connection) =>
  ingestion?.state === "waiting" || ingestion?.state === "running";

/** The schema of a connection by name: tables with columns and keys. Gets anew when the server says that it has changed. */
export const schemaQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...connectionKeyOf(workspaceId, connectionId), "schema"],
    queryFn: ({ signal }) => schemaApi.readSchema({ params: { workspaceId, connectionId }, signal }),
    // The server reads an old one anew when it is asked; so it is asked once an hour.
    staleTime: 60 * 60_000,
  });

/** Everything of one table. */
export const tableQuery = (workspaceId: string, connectionId: string, table: { schema: string; name: string }) =>
  queryOptions({
    queryKey: [...connectionKeyOf(workspaceId, connectionId), "schema", "table", table.schema, table.name],
    queryFn: ({ signal }) =>
      schemaApi.readTable({
        params: { workspaceId, connectionId },
        query: { schema: table.schema, name: table.name },
        signal,
      }),
    staleTime: Infinity,
  });

/** The last readings of the schema, with what had changed. */
export const readingsQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...connectionKeyOf(workspaceId, connectionId), "readings"],
    queryFn: ({ signal }) => schemaApi.listReadings({ params: { workspaceId, connectionId }, signal }),
    select: ({ items }) => items,
  });
