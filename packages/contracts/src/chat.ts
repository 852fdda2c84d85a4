import { z } from "zod";
import { id, line, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const messageRole = z.enum(["user", "assistant"]);

/** `streaming`: the server is receiving it; `interrupted`: it stopped early, the part that arrived is kept. */
export const messageStatus = z.enum(["complete", "streaming", "stopped", "interrupted", "failed"]);
export type MessageStatus = z.infer<typeof messageStatus>;

export const usage = z.object({
  inputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  reasoningTokens: z.number().int().nullable(),
  cachedInputTokens: z.number().int().nullable(),
  /** US dollars; null when the price of the model is unknown. */
  costUsd: z.number().nullable(),
});

export const message = z.object({
  id,
  conversationId: id,
  /** The message before it in its branch; null for the first one. */
  parentId: id.nullable(),
  role: messageRole,
  text: z.string(),
  reasoning: z.string(),
  status: messageStatus,
  /** Why it failed or was interrupted, in plain words. */
  error: z.string().nullable(),
  model: z.string().nullable(),
  usage: usage.nullable(),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export type Message = z.infer<typeof message>;

export const conversation = z.object({
  id,
  title: z.string(),
  ownerId: id,
  model: z.string().nullable(),
  /** The message whose branch is shown. */
  currentMessageId: id.nullable(),
  createdAt: moment,
  updatedAt: moment,
});
export type Conversation = z.infer<typeof conversation>;

export const conversationParams = workspaceParams.extend({ conversationId: id });
export const messageParams = conversationParams.extend({ messageId: id });

/** Model as `provider/model`, for example `openai/gpt-5-mini`. */
export const modelName = z
  .string()
  .min(3)
  .max(200)
  .regex(/^[a-z0-9-]+\/.+$/, "Must look like provider/model.");

const base = "/api/workspaces/:workspaceId/chat" as const;

export const chatRoutes = {
  listConversations: defineRoute({
    method: "GET",
    path: `${base}/conversations`,
    summary: "Conversations that the caller may see, last changed first",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    query: pageQuery,
    response: page(conversation),
  }),
  createConversation: defineRoute({
    method: "POST",
    path: `${base}/conversations`,
    summary: "Begin a conversation",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    body: z.object({ title: line(200).optional(), model: modelName.optional() }),
    response: conversation,
    status: 201,
  }),
  getConversation: defineRoute({
    method: "GET",
    path: `${base}/conversations/:conversationId`,
    summary: "A conversation with all messages of all branches",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: conversationParams,
    response: z.object({ conversation, messages: z.array(message) }),
  }),
  sendMessage: defineRoute({
    method: "POST",
    path: `${base}/conversations/:conversationId/messages`,
    summary: "Send a message; the answer is made on the server and streamed to every device",
    tag: "chat",
    audience: "member",
    scope: "write",
    limit: "model",
    params: conversationParams,
    body: z.object({
      text: prose(400_000).refine((text) => text.trim() !== "", "Must not be empty."),
      /** The message to answer to; null begins a new first branch. */
      parentId: id.nullable(),
      model: modelName.optional(),
      /** Id of the new message, made by the client (UUID): sending the same one twice adds nothing. */
      messageId: id.optional(),
    }),
    bodyLimit: 2 * 1024 * 1024,
    response: z.object({ conversation, question: message, answer: message }),
    status: 201,
  }),
  getMessage: defineRoute({
    method: "GET",
    path: `${base}/conversations/:conversationId/messages/:messageId`,
    summary: "One message; a streaming one as far as it has arrived",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: messageParams,
    response: message,
  }),
  retryAnswer: defineRoute({
    method: "POST",
    path: `${base}/conversations/:conversationId/messages/:messageId/retry`,
    summary: "Answer the same question again, as a new branch beside the given answer",
    tag: "chat",
    audience: "member",
    scope: "write",
    limit: "model",
    params: messageParams,
    body: z.object({ model: modelName.optional() }),
    response: message,
    status: 201,
  }),
  continueAnswer: defineRoute({
    method: "POST",
    path: `${base}/conversations/:conversationId/messages/:messageId/continue`,
    summary: "Go on with an answer that was stopped or interrupted",
    tag: "chat",
    audience: "member",
    scope: "write",
    limit: "model",
    params: messageParams,
    body: z.object({ model: modelName.optional() }),
    response: message,
  }),
  stopAnswer: defineRoute({
    method: "POST",
    path: `${base}/conversations/:conversationId/messages/:messageId/stop`,
    summary: "Stop an answer; what has arrived is kept",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: messageParams,
    response: "none",
  }),
};

/** Token delta, a signal (not logged) in the room `conversation:<id>`; `offset` counts UTF-16 units before it. */
export const chatDelta = z.object({
  conversationId: id,
  messageId: id,
  kind: z.enum(["text", "reasoning"]),
  offset: z.number().int().min(0),
  text: z.string(),
});
export type ChatDelta = z.infer<typeof chatDelta>;

/** Logged events of Chat. */
export const chatEvents = {
  "chat.conversation.changed": z.object({ conversation }),
  /** Without the text, which may be long: devices that show the conversation ask for the message. */
  "chat.message.changed": z.object({
    conversationId: id,
    messageId: id,
    parentId: id.nullable(),
    status: messageStatus,
  }),
} as const;
