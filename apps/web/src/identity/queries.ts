import { queryOptions } from "@tanstack/react-query";
import { identityApi } from "./api.ts";

/** Who is signed in and where they may go. Read before anything else: it says where the event log stands. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => identityApi.me({ signal }),
  staleTime: Infinity,
  retry: false,
});

/** Whether the server waits for its first person, and whether anybody may sign up. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => identityApi.setupStatus({ signal }),
  staleTime: 10_000,
});
