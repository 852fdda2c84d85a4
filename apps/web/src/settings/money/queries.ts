import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { moneyApi } from "./api.ts";

export interface Range {
  /** Days in UTC, `YYYY-MM-DD`. */
  from: string;
  to: string;
}

export const usageQuery = (workspaceId: string, range: Range) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "usage", range],
    queryFn: ({ signal }) => moneyApi.readUsage({ params: { workspaceId }, query: { ...range }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const budgetsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "budgets"],
    queryFn: ({ signal }) => moneyApi.listBudgets({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: 10_000,
  });

/** Under the key of models, whose event tells of changed prices. */
export const pricesQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "models", "prices"],
    queryFn: ({ signal }) => moneyApi.listPrices({ params: { workspaceId }, signal }),
  });
