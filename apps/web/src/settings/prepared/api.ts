import { createClient } from "@mindmesh/client";
import { preparedAnswerRoutes } from "@mindmesh/contracts/prepared-answers";
import { clientOptions } from "../../live/client-options.ts";

export const preparedApi = createClient(preparedAnswerRoutes, clientOptions);
