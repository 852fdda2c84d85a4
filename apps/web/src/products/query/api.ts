import { createClient, routeUrl } from "@mindmesh/client";
import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { sampleShopRoutes } from "@mindmesh/contracts/query/sample-shop";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { clientOptions } from "../../live/client-options.ts";

export const connectionsApi = createClient(connectionRoutes, clientOptions);
export const sampleShopApi = createClient(sampleShopRoutes, clientOptions);
export const schemaApi = createClient(schemaRoutes, clientOptions);

export const dataFileUrl = (workspaceId: string, file: File) =>
  routeUrl(connectionRoutes.uploadDataFile, {
    params: { workspaceId },
    query: { name: file.name.slice(0, 1000) || "data" },
  });
