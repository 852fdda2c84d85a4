import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { instanceJobsApi } from "../api.ts";
import type { JobFilter, JobSource } from "./source.ts";

/** Jobs tell of nothing by events: while the page is looked at it asks again. */
const lookAgainMilliseconds = 2500;

export const jobsQuery = (source: JobSource, filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: [...source.key, "list", filter],
    queryFn: ({ pageParam, signal }) =>
      source.list({ ...filter, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: lookAgainMilliseconds,
    staleTime: 0,
  });

export const queuesQuery = (source: JobSource) =>
  queryOptions({
    queryKey: [...source.key, "queues"],
    queryFn: ({ signal }) => source.queues(signal),
    select: ({ items }) => items,
    refetchInterval: lookAgainMilliseconds,
    staleTime: 0,
  });

export const jobQuery = (source: JobSource, jobId: string) =>
  queryOptions({
    queryKey: [...source.key, "one", jobId],
    queryFn: ({ signal }) => source.read(jobId, signal),
    refetchInterval: lookAgainMilliseconds,
    staleTime: 0,
  });

export const schedulesQuery = queryOptions({
  queryKey: ["instance", "jobs", "schedules"],
  queryFn: ({ signal }) => instanceJobsApi.listSchedules({ signal }),
  select: ({ items }) => items,
  refetchInterval: 10_000,
  staleTime: 0,
});
