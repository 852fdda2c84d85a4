import { createClient } from "@mindmesh/client";
import { modelRoutes } from "@mindmesh/contracts/models";
import { clientOptions } from "../live/client-options.ts";

export const modelsApi = createClient(modelRoutes, clientOptions);
