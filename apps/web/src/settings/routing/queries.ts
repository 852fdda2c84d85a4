import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { routingApi } from "./api.ts";

/** Where calls go; begins with the key of everything about models, so that their event loads it anew. */
export const routingQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "models", "routing"],
    queryFn: ({ signal }) => routingApi.readRouting({ params: { workspaceId }, signal }),
  });
