import type { Conversation, Message } from "@mindmesh/contracts/chat";
import type { QueryClient } from "@tanstack/react-query";
import { forgetLiveAnswer, takeSnapshot } from "./live-answers.ts";
import { conversationQuery, conversationsQuery } from "./queries.ts";

const laterFirst = (one: Conversation, other: Conversation) =>
  one.updatedAt === other.updatedAt ? (one.id < other.id ? 1 : -1) : one.updatedAt < other.updatedAt ? 1 : -1;

/** Puts a new or changed conversation into its place in the sidebar and into its own page. */
export function cacheConversation(queryClient: QueryClient, workspaceId: string, conversation: Conversation) {
  queryClient.setQueryData(conversationQuery(workspaceId, conversation.id).queryKey, (known) =>
    known && known.conversation.updatedAt <= conversation.updatedAt ? { ...known, conversation } : known,
  );
  queryClient.setQueryData(conversationsQuery(workspaceId).queryKey, (known) => {
    if (!known) return known;
    const loaded = known.pages.flatMap((page) => page.items);
    if (loaded.some((other) => other.id === conversation.id && other.updatedAt > conversation.updatedAt)) return known;
    const all = loaded.filter((other) => other.id !== conversation.id);
    const sorted = [...all, conversation].sort(laterFirst);
    // Older than everything loaded: it comes with its own page.
    const hasMore = known.pages.at(-1)?.nextCursor !== null;
    if (hasMore && sorted.at(-1) === conversation) sorted.pop();
    let taken = 0;
    const pages = known.pages.map((page, index) => {
      const size = index === known.pages.length - 1 ? sorted.length - taken : page.items.length;
      taken += size;
      return { ...page, items: sorted.slice(taken - size, taken) };
    });
    return { ...known, pages };
  });
}

/** Puts new or changed messages into their conversation's page, if it has been loaded. */
export function cacheMessages(
  queryClient: QueryClient,
  workspaceId: string,
  conversationId: string,
  changed: readonly Message[],
) {
  for (const message of changed) {
    if (message.status === "streaming") takeSnapshot(message);
    else forgetLiveAnswer(message.id);
  }
  queryClient.setQueryData(conversationQuery(workspaceId, conversationId).queryKey, (known) => {
    if (!known) return known;
    const byId = new Map(known.messages.map((message) => [message.id, message]));
    for (const message of changed) byId.set(message.id, message);
    return { ...known, messages: [...byId.values()] };
  });
}

/** Takes a message out that was shown before the server knew it. */
export function dropMessage(queryClient: QueryClient, workspaceId: string, conversationId: string, messageId: string) {
  queryClient.setQueryData(
    conversationQuery(workspaceId, conversationId).queryKey,
    (known) => known && { ...known, messages: known.messages.filter((message) => message.id !== messageId) },
  );
}
