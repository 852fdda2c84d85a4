import { createClient, routeUrl } from "@mindmesh/client";
import { runRoutes } from "@mindmesh/contracts/runs";
import { clientOptions } from "../../../live/client-options.ts";

export const runApi = createClient(runRoutes, clientOptions);

type DisplayPlace = { workspaceId: string; conversationId: string; runId: string; position: number };

/** Where a large figure is fetched from. */
export const displayUrl = ({ position, ...params }: DisplayPlace) =>
  routeUrl(runRoutes.getRunDisplay, { params: { ...params, position: String(position) } });
