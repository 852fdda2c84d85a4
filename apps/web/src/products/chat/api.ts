import { createClient, routeUrl } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { clientOptions } from "../../live/client-options.ts";

export const chatApi = createClient(chatRoutes, clientOptions);

/** Where an export file of another program is sent to. */
export const importUrl = (workspaceId: string, name: string) =>
  routeUrl(chatRoutes.startImport, { params: { workspaceId }, query: { name } });

/** Where a conversation can be saved from as a file. */
export const exportUrl = (params: { workspaceId: string; conversationId: string }, format: "markdown" | "json") =>
  routeUrl(chatRoutes.exportConversation, { params, query: { format } });
