import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { accountApi, workspaceApi } from "../api.ts";

export const securityQuery = queryOptions({
  queryKey: ["account", "security"],
  queryFn: ({ signal }) => accountApi.accountSecurity({ signal }),
});

export const sessionsQuery = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: ({ signal }) => accountApi.listSessions({ signal }),
  select: ({ items }) => items,
  staleTime: 0,
});

/** The newest export; asked again every second while it is being made. */
export const exportQuery = queryOptions({
  queryKey: ["account", "export"],
  queryFn: ({ signal }) => accountApi.readExport({ signal }),
  refetchInterval: ({ state }) => {
    const stage = state.data?.export?.state;
    return stage === "waiting" || stage === "running" ? 1000 : false;
  },
  staleTime: 0,
});

export const deletionQuery = queryOptions({
  queryKey: ["account", "deletion"],
  queryFn: ({ signal }) => accountApi.previewDeletion({ signal }),
  staleTime: 0,
});

export const apiKeysQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "api-keys"],
    queryFn: ({ signal }) => workspaceApi.listApiKeys({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });
