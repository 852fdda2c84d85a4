import { createClient, routeUrl } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { clientOptions } from "../../live/client-options.ts";
import type { Range } from "./queries.ts";

export const moneyApi = createClient(moneyRoutes, clientOptions);

/** Where the browser gets the table of usage from, as CSV. */
export const usageUrl = (workspaceId: string, range: Range) =>
  routeUrl(moneyRoutes.downloadUsage, { params: { workspaceId }, query: { ...range } });
