import { createClient } from "@mindmesh/client";
import { mockDataRoutes } from "@mindmesh/contracts/query/mock-data";
import { clientOptions } from "../../../live/client-options.ts";

export const mockDataApi = createClient(mockDataRoutes, clientOptions);
