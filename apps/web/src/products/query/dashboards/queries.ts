import { createClient } from "@mindmesh/client";
import { dashboardRoutes } from "@mindmesh/contracts/query/dashboards";
import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import { queryOptions } from "@tanstack/react-query";
import { clientOptions } from "../../../live/client-options.ts";
import { queryKeyOf } from "../queries.ts";
import { savedQueriesApi } from "../workbench/api.ts";

export const dashboardsApi = createClient(dashboardRoutes, clientOptions);

const dashboardsKey = (workspaceId: string) => [...queryKeyOf(workspaceId), "dashboards"] as const;

/** The person's dashboards and the shared ones, by name. Events keep them right. */
export const dashboardsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...dashboardsKey(workspaceId), "list"],
    queryFn: ({ signal }) => dashboardsApi.listDashboards({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

export const dashboardQuery = (workspaceId: string, dashboardId: string) =>
  queryOptions({
    queryKey: [...dashboardsKey(workspaceId), "one", dashboardId],
    queryFn: ({ signal }) => dashboardsApi.getDashboard({ params: { workspaceId, dashboardId }, signal }),
    staleTime: Infinity,
    retry: false,
  });

export const tileKeyOf = (workspaceId: string, dashboardId: string) =>
  [...queryKeyOf(workspaceId), "tiles", dashboardId] as const;

/** What a tile shows under these parameters. */
export const tileQuery = (
  place: { workspaceId: string; dashboardId: string; tileId: string },
  parameters: StatementParameters,
  refreshSeconds: number | null,
) =>
  queryOptions({
    queryKey: [...tileKeyOf(place.workspaceId, place.dashboardId), place.tileId, parameters],
    queryFn: ({ signal }) => dashboardsApi.readTile({ params: place, body: { parameters }, signal }),
    staleTime: 60_000,
    retry: false,
    refetchInterval: refreshSeconds === null ? false : refreshSeconds * 1000,
  });

/** Every saved query that the person may see, of all connections. */
export const allSavedQueriesQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...queryKeyOf(workspaceId), "saved", "all"],
    queryFn: ({ signal }) => savedQueriesApi.listSavedQueries({ params: { workspaceId }, query: {}, signal }),
    select: ({ items }) => items,
    staleTime: 10_000,
  });

export const alertsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...queryKeyOf(workspaceId), "alerts"],
    queryFn: ({ signal }) => dashboardsApi.listAlerts({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });
