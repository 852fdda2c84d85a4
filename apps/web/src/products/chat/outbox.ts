import { ClientError } from "@mindmesh/client";
import type { Message } from "@mindmesh/contracts/chat";
import type { StoredFile } from "@mindmesh/contracts/files";
import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { chatApi } from "./api.ts";
import { cacheConversation, cacheMessages } from "./conversation-cache.ts";
import { newId } from "../../shell/new-id.ts";

/** A message that the server has not acknowledged yet. */
export interface Outgoing {
  /** Made here, so that sending it twice adds nothing. */
  messageId: string;
  workspaceId: string;
  conversationId: string;
  parentId: string | null;
  text: string;
  model: string | null;
  files: StoredFile[];
  createdAt: string;
  /** Why it was not sent, in plain words; null while it is on its way. */
  failure: string | null;
  /** The server could not be reached: sent by itself when it can. */
  waiting: boolean;
}

/** Another shape of what is stored gets another number. */
const storageKey = "mindmesh.outbox.2";

function stored(): Outgoing[] {
  try {
    // Those that were on their way when the page went are sent again.
    const messages = JSON.parse(localStorage.getItem(storageKey) ?? "[]") as Outgoing[];
    return messages.map((each) =>
      each.failure === null ? { ...each, waiting: true, failure: "Not sent yet." } : each,
    );
  } catch {
    return [];
  }
}

/** Messages on their way, kept on the device so that nothing written is lost by a reload. */
export const useOutbox = create<{ messages: readonly Outgoing[] }>()(() => ({ messages: stored() }));

function update(change: (messages: readonly Outgoing[]) => readonly Outgoing[]) {
  useOutbox.setState(({ messages }) => ({ messages: change(messages) }));
  try {
    localStorage.setItem(storageKey, JSON.stringify(useOutbox.getState().messages));
  } catch {
    // Storage is closed or full: it is then kept as long as the page.
  }
}

export const discardOutgoing = (messageId: string) =>
  update((messages) => messages.filter((each) => each.messageId !== messageId));

/** A message that is about to be sent. */
export function composed(
  place: { workspaceId: string; conversationId: string },
  text: string,
  files: StoredFile[],
  parentId: string | null,
): Outgoing {
  const createdAt = new Date().toISOString();
  return { ...place, messageId: newId(), parentId, text, files, model: null, createdAt, failure: null, waiting: false };
}

/** Sends a message, or sends it again. It stays in the outbox, with the reason, until the server has it. */
export async function deliver(queryClient: QueryClient, message: Outgoing) {
  const { messageId, workspaceId, conversationId, parentId, text, model, files } = message;
  update((messages) => [
    ...messages.filter((each) => each.messageId !== messageId),
    { ...message, failure: null, waiting: false },
  ]);
  try {
    const { conversation, question, answer } = await chatApi.sendMessage({
      params: { workspaceId, conversationId },
      body: { text, parentId, messageId, fileIds: files.map(({ id }) => id), ...(model === null ? {} : { model }) },
    });
    cacheMessages(queryClient, workspaceId, conversationId, [question, answer]);
    cacheConversation(queryClient, workspaceId, conversation);
    discardOutgoing(messageId);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const failure = Object.values(error.fields)[0] ?? error.message;
    const waiting = error.code === "offline" || error.code === "unavailable";
    update((messages) => messages.map((each) => (each.messageId === messageId ? { ...each, failure, waiting } : each)));
  }
}

/** Sends again what could not reach the server. */
export function deliverWaiting(queryClient: QueryClient, workspaceId: string) {
  for (const message of useOutbox.getState().messages) {
    if (message.waiting && message.workspaceId === workspaceId) void deliver(queryClient, message);
  }
}

/** The message as the conversation shows it until the server has it. */
export function asMessage(message: Outgoing): Message {
  return {
    id: message.messageId,
    conversationId: message.conversationId,
    parentId: message.parentId,
    role: "user",
    text: message.text,
    reasoning: "",
    status: "complete",
    error: null,
    model: null,
    usage: null,
    files: message.files,
    toolCalls: [],
    notice: null,
    answeredBy: [],
    createdAt: message.createdAt,
    finishedAt: null,
  };
}
