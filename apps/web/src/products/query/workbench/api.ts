import { createClient } from "@mindmesh/client";
import { completionRoutes } from "@mindmesh/contracts/query/completion";
import { savedQueryRoutes } from "@mindmesh/contracts/query/saved-queries";
import { statementRoutes } from "@mindmesh/contracts/query/statements";
import { tabRoutes } from "@mindmesh/contracts/query/tabs";
import { clientOptions } from "../../../live/client-options.ts";

export const statementsApi = createClient(statementRoutes, clientOptions);
export const tabsApi = createClient(tabRoutes, clientOptions);
export const savedQueriesApi = createClient(savedQueryRoutes, clientOptions);
export const completionApi = createClient(completionRoutes, clientOptions);
