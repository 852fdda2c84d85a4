import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { instanceApi } from "../api.ts";

export const instanceSettingsQuery = queryOptions({
  queryKey: ["instance", "settings"],
  queryFn: ({ signal }) => instanceApi.readInstanceSettings({ signal }),
});

export const peopleQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["instance", "people", search],
    queryFn: ({ pageParam, signal }) =>
      instanceApi.listPeople({
        query: {
          limit: 50,
          ...(search === "" ? {} : { search }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
