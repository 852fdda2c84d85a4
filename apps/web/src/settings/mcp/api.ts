import { createClient } from "@mindmesh/client";
import { mcpServerRoutes } from "@mindmesh/contracts/mcp-servers";
import { clientOptions } from "../../live/client-options.ts";

export const mcpApi = createClient(mcpServerRoutes, clientOptions);
