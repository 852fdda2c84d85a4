import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { chatApi } from "./api.ts";
import { forgetLiveAnswer, takeSnapshot } from "./live-answers.ts";

const conversationsPerPage = 60;

/** The conversations of the sidebar, last changed first, page by page. Events keep them right. */
export const conversationsQuery = (workspaceId: string) =>
  infiniteQueryOptions({
    queryKey: [...workspaceKey(workspaceId), "chat", "conversations"],
    queryFn: ({ pageParam, signal }) =>
      chatApi.listConversations({
        params: { workspaceId },
        query: { limit: conversationsPerPage, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Infinity,
  });

/** A conversation with the messages of all its branches. Events and deltas keep it right while it is open. */
export const conversationQuery = (workspaceId: string, conversationId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "chat", "conversation", conversationId],
    queryFn: async ({ signal }) => {
      const snapshot = await chatApi.getConversation({ params: { workspaceId, conversationId }, signal });
      for (const message of snapshot.messages) {
        if (message.status === "streaming") takeSnapshot(message);
        else forgetLiveAnswer(message.id);
      }
      return snapshot;
    },
    staleTime: Infinity,
  });
