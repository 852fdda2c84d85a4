import type { Conversation } from "@mindmesh/contracts/chat";
import { useQuery } from "@tanstack/react-query";
import { conversationQuery } from "./queries.ts";

/** The conversation as it is now, for a window that was opened on how it was then. */
export function useConversation(workspaceId: string, then: Conversation): Conversation {
  const { data } = useQuery(conversationQuery(workspaceId, then.id));
  return data?.conversation ?? then;
}
