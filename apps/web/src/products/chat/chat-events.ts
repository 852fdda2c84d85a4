import { ClientError } from "@mindmesh/client";
import type { ChatCallSignal, ChatDelta, ChatEvent, Message } from "@mindmesh/contracts/chat";
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { EventHandler } from "../../live/live-connection.ts";
import { chatApi } from "./api.ts";
import { cacheCall, cacheConversation, cacheMessages, dropConversation } from "./conversation-cache.ts";
import { applyDelta, hasGap } from "./live-answers.ts";
import { conversationListsKey, conversationQuery, foldersQuery, presetsQuery } from "./queries.ts";

/** What Chat does with the logged events of a workspace. The server writes them by the contract's types. */
export const handleChatEvent: EventHandler = (queryClient, event) => {
  const { workspaceId, type, payload } = event;
  switch (type) {
    case "chat.conversation.changed": {
      const { conversation } = payload as ChatEvent<typeof type>;
      afterListFetches(queryClient, workspaceId, () => cacheConversation(queryClient, workspaceId, conversation));
      break;
    }
    case "chat.conversation.gone": {
      const { conversationId } = payload as ChatEvent<typeof type>;
      afterListFetches(queryClient, workspaceId, () => dropConversation(queryClient, workspaceId, conversationId));
      // Who may still see it (its owner) sees it again; for everybody else its page says that it is gone.
      void queryClient.resetQueries(conversationQuery(workspaceId, conversationId));
      break;
    }
    case "chat.message.changed": {
      const { conversationId, messageId } = payload as ChatEvent<typeof type>;
      const query = queryClient
        .getQueryCache()
        .find({ queryKey: conversationQuery(workspaceId, conversationId).queryKey });
      if (query?.isActive()) refreshMessage(queryClient, { workspaceId, conversationId, messageId });
      // Out of sight: loaded anew when it is looked at again.
      else query?.invalidate();
      break;
    }
    case "chat.folders.changed":
      void queryClient.invalidateQueries(foldersQuery(workspaceId));
      break;
    case "chat.presets.changed":
      void queryClient.invalidateQueries(presetsQuery(workspaceId));
      break;
    default:
      // Of code that runs; fetched once somebody runs some.
      if (/^chat\.(?:run|editor|outputs)\./.test(type)) {
        void import("./code/run-events.ts").then(({ handleRunEvent }) => handleRunEvent(queryClient, event));
      }
  }
};

/** Resolves when a fetch of this query that is under way has ended, well or not; null when there is none. */
function fetched(queryClient: QueryClient, queryKey: QueryKey) {
  const query = queryClient.getQueryCache().find({ queryKey });
  return query?.state.fetchStatus === "fetching" ? query.fetch().then(nothing, nothing) : null;
}

const nothing = () => undefined;

/** Does the work once no older answer can overwrite it any more; at once when none is on its way. */
function afterFetch(queryClient: QueryClient, queryKey: QueryKey, work: () => void) {
  const running = fetched(queryClient, queryKey);
  if (running) void running.then(work);
  else work();
}

function afterListFetches(queryClient: QueryClient, workspaceId: string, work: () => void) {
  const running = queryClient
    .getQueryCache()
    .findAll({ queryKey: conversationListsKey(workspaceId) })
    .flatMap((query) => fetched(queryClient, query.queryKey) ?? []);
  if (running.length > 0) void Promise.all(running).then(work);
  else work();
}

interface MessagePlace {
  workspaceId: string;
  conversationId: string;
  messageId: string;
}

const fetching = new Map<string, Promise<void>>();

/** Fetches a message and puts it into its conversation; again as long as parts before its last one are missing. */
export function refreshMessage(queryClient: QueryClient, place: MessagePlace) {
  const running = fetching.get(place.messageId);
  const fetchIt = async () => {
    await running;
    // A snapshot that is on its way may be older than what it would overwrite.
    await fetched(queryClient, conversationQuery(place.workspaceId, place.conversationId).queryKey);
    for (let attempt = 0; attempt === 0 || (hasGap(place.messageId) && attempt < 3); attempt += 1) {
      const message: Message = await chatApi.getMessage({ params: place });
      cacheMessages(queryClient, place.workspaceId, place.conversationId, [message]);
    }
  };
  const next = fetchIt()
    .catch((error: unknown) => {
      // The connection tells of every later change again; without one the banner says so.
      if (!(error instanceof ClientError)) throw error;
    })
    .finally(() => {
      if (fetching.get(place.messageId) === next) fetching.delete(place.messageId);
    });
  fetching.set(place.messageId, next);
}

/** Adds a token delta to its answer; where parts before it were missed, fetches what the server has. */
export function handleDelta(queryClient: QueryClient, workspaceId: string, delta: ChatDelta) {
  const { conversationId, messageId } = delta;
  const hadGap = hasGap(messageId);
  if (applyDelta(delta) === "gap" && !hadGap) refreshMessage(queryClient, { workspaceId, conversationId, messageId });
}

/** Shows the new state of a tool call; where something before it was missed, fetches what the server has. */
export function handleCall(queryClient: QueryClient, workspaceId: string, signal: ChatCallSignal) {
  const { conversationId, messageId } = signal;
  if (cacheCall(queryClient, workspaceId, signal) === "gap") {
    refreshMessage(queryClient, { workspaceId, conversationId, messageId });
  }
}

/** Fetches the answers that are being written in a conversation as far as they have come. */
export function refreshStreaming(queryClient: QueryClient, workspaceId: string, conversationId: string) {
  const { queryKey } = conversationQuery(workspaceId, conversationId);
  afterFetch(queryClient, queryKey, () => {
    for (const message of queryClient.getQueryData(queryKey)?.messages ?? []) {
      if (message.status === "streaming") {
        refreshMessage(queryClient, { workspaceId, conversationId, messageId: message.id });
      }
    }
  });
}
