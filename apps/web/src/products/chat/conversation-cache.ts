import type { AnswerCall, Conversation, Message } from "@mindmesh/contracts/chat";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { meQuery } from "../../identity/queries.ts";
import { belongsTo, type ConversationFilter } from "./conversation-filter.ts";
import { forgetLiveAnswer, takeSnapshot } from "./live-answers.ts";
import { conversationListsKey, conversationQuery } from "./queries.ts";

type Page = { items: Conversation[]; nextCursor: string | null };
type List = InfiniteData<Page, string | null>;

const laterFirst = (one: Conversation, other: Conversation) =>
  one.updatedAt === other.updatedAt ? (one.id < other.id ? 1 : -1) : one.updatedAt < other.updatedAt ? 1 : -1;

const isNewer = (known: Conversation, conversation: Conversation) =>
  known.updatedAt > conversation.updatedAt || known.version > conversation.version;

/** The list with a conversation taken out, or with `added` in its place. The pages keep their borders. */
function placed(list: List, conversationId: string, added: Conversation | null): List {
  const sorted = list.pages.flatMap((page) => page.items).filter((other) => other.id !== conversationId);
  if (added) {
    sorted.push(added);
    sorted.sort(laterFirst);
    // Older than everything loaded: it comes with its own page.
    if (list.pages.at(-1)?.nextCursor !== null && sorted.at(-1) === added) sorted.pop();
  }
  let taken = 0;
  const pages = list.pages.map((page, index) => {
    const size = index === list.pages.length - 1 ? sorted.length - taken : page.items.length;
    taken += size;
    return { ...page, items: sorted.slice(taken - size, taken) };
  });
  return { ...list, pages };
}

/** What a cached list is a list of: the last part of its key. */
export const filterOfKey = (queryKey: readonly unknown[]) => queryKey.at(-1) as ConversationFilter;

/** Puts a new or changed conversation where it belongs: into lists, out of them, and into its own page. */
export function cacheConversation(queryClient: QueryClient, workspaceId: string, conversation: Conversation) {
  const personId = queryClient.getQueryData(meQuery.queryKey)?.person.id ?? "";
  queryClient.setQueryData(conversationQuery(workspaceId, conversation.id).queryKey, (known) =>
    known && !isNewer(known.conversation, conversation) ? { ...known, conversation } : known,
  );
  for (const [queryKey, list] of queryClient.getQueriesData<List>({ queryKey: conversationListsKey(workspaceId) })) {
    if (!list) continue;
    const known = list.pages.flatMap((page) => page.items).find((other) => other.id === conversation.id);
    if (known && isNewer(known, conversation)) continue;
    const belongs = belongsTo(filterOfKey(queryKey), conversation, personId);
    if (known || belongs) {
      queryClient.setQueryData<List>(queryKey, placed(list, conversation.id, belongs ? conversation : null));
    }
  }
}

/** Takes a conversation out of every list. */
export function dropConversation(queryClient: QueryClient, workspaceId: string, conversationId: string) {
  for (const [queryKey, list] of queryClient.getQueriesData<List>({ queryKey: conversationListsKey(workspaceId) })) {
    if (list) queryClient.setQueryData<List>(queryKey, placed(list, conversationId, null));
  }
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
    for (const message of changed) byId.set(message.id, withKnownCalls(message, byId.get(message.id)));
    return { ...known, messages: [...byId.values()] };
  });
}

/** The message with the newer state of each tool call: a signal may have overtaken an answer of the server. */
function withKnownCalls(message: Message, known: Message | undefined): Message {
  if (!known || known.toolCalls.length === 0) return message;
  const calls = new Map(known.toolCalls.map((call) => [call.id, call]));
  for (const call of message.toolCalls) {
    if ((calls.get(call.id)?.revision ?? 0) <= call.revision) calls.set(call.id, call);
  }
  return { ...message, toolCalls: [...calls.values()].toSorted((one, other) => one.position - other.position) };
}

/**
 * Puts the new state of a tool call into its answer.
 * Gives back "gap" when the answer, or a call before this one, is not known here: fetch the message then.
 */
export function cacheCall(
  queryClient: QueryClient,
  workspaceId: string,
  place: { conversationId: string; messageId: string; call: AnswerCall },
): "cached" | "gap" {
  const { conversationId, messageId, call } = place;
  const { queryKey } = conversationQuery(workspaceId, conversationId);
  const message = queryClient.getQueryData(queryKey)?.messages.find(({ id }) => id === messageId);
  if (!message || call.position > message.toolCalls.length) return "gap";
  const known = message.toolCalls[call.position];
  if (known && known.revision >= call.revision) return "cached";
  const toolCalls = [...message.toolCalls];
  toolCalls[call.position] = call;
  cacheMessages(queryClient, workspaceId, conversationId, [{ ...message, toolCalls }]);
  return "cached";
}
