import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { mcpApi } from "./api.ts";

export const mcpServersQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "mcp-servers"],
    queryFn: ({ signal }) => mcpApi.listMcpServers({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });
