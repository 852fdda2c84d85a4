import { createClient } from "@mindmesh/client";
import { identityRoutes } from "@mindmesh/contracts/identity";
import { clientOptions } from "../live/client-options.ts";

export const identityApi = createClient(identityRoutes, clientOptions);
