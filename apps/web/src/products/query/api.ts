import { createClient } from "@mindmesh/client";
import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { clientOptions } from "../../live/client-options.ts";

export const connectionsApi = createClient(connectionRoutes, clientOptions);
