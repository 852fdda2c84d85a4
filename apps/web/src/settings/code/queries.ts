import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { runApi } from "../../products/chat/code/api.ts";

/** The workspace's limits for code, and the usual ones. */
export const runSettingsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "run-settings"],
    queryFn: ({ signal }) => runApi.getRunSettings({ params: { workspaceId }, signal }),
    staleTime: 0,
  });
