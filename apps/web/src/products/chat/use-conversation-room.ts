import type { ChatCallSignal, ChatDelta } from "@mindmesh/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { enterRoom } from "../../live/live-connection.ts";
import { handleCall, handleDelta, refreshStreaming } from "./chat-events.ts";

/** Receives the tokens and tool calls of a conversation's answers for as long as it is on the page. */
export function useConversationRoom(workspaceId: string, conversationId: string) {
  const queryClient = useQueryClient();
  useEffect(
    () =>
      enterRoom(workspaceId, `conversation:${conversationId}`, {
        onSignal: (type, payload) => {
          if (type === "chat.delta") handleDelta(queryClient, workspaceId, payload as ChatDelta);
          else if (type === "chat.call") handleCall(queryClient, workspaceId, payload as ChatCallSignal);
        },
        // Tokens before this moment were missed; everything else comes with the event log, without gaps.
        onEnter: () => refreshStreaming(queryClient, workspaceId, conversationId),
      }),
    [queryClient, workspaceId, conversationId],
  );
}
