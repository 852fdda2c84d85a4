import { createClient } from "@mindmesh/client";
import { mcpServerRoutes } from "@mindmesh/contracts/mcp-servers";
import { queryOptions } from "@tanstack/react-query";
import { clientOptions } from "../../live/client-options.ts";
import { workspaceKey } from "../../live/live-connection.ts";

export const mcpApi = createClient(mcpServerRoutes, clientOptions);

export const mcpServersQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "mcp-servers"],
    queryFn: ({ signal }) => mcpApi.listMcpServers({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });
