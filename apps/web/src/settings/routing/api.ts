import { createClient } from "@mindmesh/client";
import { routingRoutes } from "@mindmesh/contracts/routing";
import { clientOptions } from "../../live/client-options.ts";

export const routingApi = createClient(routingRoutes, clientOptions);
