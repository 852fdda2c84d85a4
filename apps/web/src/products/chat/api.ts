import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { clientOptions } from "../../live/client-options.ts";

export const chatApi = createClient(chatRoutes, clientOptions);
