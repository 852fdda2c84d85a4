import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { MockLocale, MockPlan } from "@mindmesh/contracts/query/mock-data";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { connectionKeyOf } from "../queries.ts";
import { mockDataApi } from "./api.ts";

const keyOf = (workspaceId: string, connectionId: string) =>
  [...connectionKeyOf(workspaceId, connectionId), "mock-data"] as const;

/** The plan that the server suggests for some tables, or for all. */
export const suggestedPlanQuery = (
  workspaceId: string,
  connectionId: string,
  wish: { seed: number; locale: MockLocale; rows: number; tables: TableName[] | null },
) =>
  queryOptions({
    queryKey: [...keyOf(workspaceId, connectionId), "plan", wish],
    queryFn: ({ signal }) => mockDataApi.suggestMockPlan({ params: { workspaceId, connectionId }, body: wish, signal }),
    staleTime: Infinity,
    retry: false,
  });

/** Rows as a plan would make them; the last ones stay in sight while new ones are made. */
export const previewQuery = (workspaceId: string, connectionId: string, plan: MockPlan) =>
  queryOptions({
    queryKey: [...keyOf(workspaceId, connectionId), "preview", plan],
    queryFn: ({ signal }) => mockDataApi.previewMockData({ params: { workspaceId, connectionId }, body: plan, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });

/** What was written lately; asked for again while one is under way. */
export const mockRunsQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...keyOf(workspaceId, connectionId), "runs"],
    queryFn: ({ signal }) => mockDataApi.listMockRuns({ params: { workspaceId, connectionId }, signal }),
    select: ({ items }) => items,
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => run.state === "waiting" || run.state === "running") ? 800 : false,
  });
