import { createClient } from "@mindmesh/client";
import { routingRoutes } from "@mindmesh/contracts/routing";
import { queryOptions } from "@tanstack/react-query";
import { clientOptions } from "../../live/client-options.ts";
import { workspaceKey } from "../../live/live-connection.ts";

export const routingApi = createClient(routingRoutes, clientOptions);

/** Where calls go; begins with the key of everything about models, so that their event loads it anew. */
export const routingQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "models", "routing"],
    queryFn: ({ signal }) => routingApi.readRouting({ params: { workspaceId }, signal }),
  });
