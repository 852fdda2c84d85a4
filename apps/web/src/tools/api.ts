import { createClient } from "@mindmesh/client";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { clientOptions } from "../live/client-options.ts";

export const toolsApi = createClient(toolRoutes, clientOptions);
