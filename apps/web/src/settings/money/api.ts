import { createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { clientOptions } from "../../live/client-options.ts";

export const moneyApi = createClient(moneyRoutes, clientOptions);
