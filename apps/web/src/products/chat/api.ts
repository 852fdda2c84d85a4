import { createClient, routeUrl } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { clientOptions } from "../../live/client-options.ts";

export const chatApi = createClient(chatRoutes, clientOptions);

/** Where a conversation can be saved from as a file. */
export const exportUrl = (params: { workspaceId: string; conversationId: string }, format: "markdown" | "json") =>
  routeUrl(chatRoutes.exportConversation, { params, query: { format } });
