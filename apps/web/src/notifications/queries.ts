import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../live/live-connection.ts";
import { notificationsApi } from "./api.ts";

/** The person's newest notifications in a workspace, and how many are new. Events make them out of date. */
export const notificationsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "notifications"],
    queryFn: ({ signal }) =>
      notificationsApi.listNotifications({ params: { workspaceId }, query: { limit: 30 }, signal }),
    staleTime: Infinity,
  });
