import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { chatApi } from "./api.ts";
import type { ConversationFilter } from "./conversation-filter.ts";
import { forgetLiveAnswer, takeSnapshot } from "./live-answers.ts";

const conversationsPerPage = 60;
const chatKey = (workspaceId: string) => [...workspaceKey(workspaceId), "chat"] as const;
export const conversationListsKey = (workspaceId: string) => [...chatKey(workspaceId), "conversations"] as const;

/** Conversations under a filter, last changed first, page by page. Events keep them right. */
export const conversationsQuery = (workspaceId: string, { view, folderId, tag, pinned }: ConversationFilter) =>
  infiniteQueryOptions({
    queryKey: [...conversationListsKey(workspaceId), { view, folderId, tag, pinned }],
    queryFn: ({ pageParam, signal }) =>
      chatApi.listConversations({
        params: { workspaceId },
        query: {
          view,
          limit: pinned ? 200 : conversationsPerPage,
          ...(folderId === undefined ? {} : { folderId }),
          ...(tag === undefined ? {} : { tag }),
          ...(pinned ? { pinned: "true" } : {}),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Infinity,
  });

/** A conversation with the messages of all its branches. Events and deltas keep it right while it is open. */
export const conversationQuery = (workspaceId: string, conversationId: string) =>
  queryOptions({
    queryKey: [...chatKey(workspaceId), "conversation", conversationId],
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

export const foldersQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...chatKey(workspaceId), "folders"],
    queryFn: ({ signal }) => chatApi.listFolders({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

export const tagsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...chatKey(workspaceId), "tags"],
    queryFn: ({ signal }) => chatApi.listTags({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: 10_000,
  });

export const presetsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...chatKey(workspaceId), "presets"],
    queryFn: ({ signal }) => chatApi.listPresets({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });
