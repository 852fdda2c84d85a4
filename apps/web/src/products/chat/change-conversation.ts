import { ClientError } from "@mindmesh/client";
import type { chatRoutes, Conversation } from "@mindmesh/contracts/chat";
import { toast } from "@mindmesh/ui";
import type { QueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { chatApi } from "./api.ts";
import { cacheConversation } from "./conversation-cache.ts";
import { showError } from "../../shell/show-error.ts";

export type ConversationChange = Omit<z.input<typeof chatRoutes.updateConversation.body>, "version">;

/** How the conversation will look once the server has made the change. */
function changed(conversation: Conversation, { trashed, ...change }: ConversationChange): Conversation {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const trashedAt = trashed === undefined ? conversation.trashedAt : trashed ? new Date().toISOString() : null;
  return { ...conversation, ...given, trashedAt };
}

/**
 * Changes a conversation, on the page at once and back again if the server refuses. Gives back whether it was changed.
 * `strict` refuses when somebody else has changed it in the meantime.
 */
export async function changeConversation(
  queryClient: QueryClient,
  workspaceId: string,
  conversation: Conversation,
  change: ConversationChange,
  { strict = false } = {},
): Promise<boolean> {
  cacheConversation(queryClient, workspaceId, changed(conversation, change));
  try {
    const saved = await chatApi.updateConversation({
      params: { workspaceId, conversationId: conversation.id },
      body: { ...change, ...(strict ? { version: conversation.version } : {}) },
    });
    cacheConversation(queryClient, workspaceId, saved);
    return true;
  } catch (error) {
    cacheConversation(queryClient, workspaceId, conversation);
    if (error instanceof ClientError && error.fields["title"]) {
      toast(`The title was not changed: ${error.fields["title"]}`, { tone: "danger" });
    } else showError(error);
    return false;
  }
}
