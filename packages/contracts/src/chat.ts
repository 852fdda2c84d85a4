import { z } from "zod";
import { id, line, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { modelName } from "./models.ts";
import { modelTier } from "./routing.ts";
import { storedFile } from "./files.ts";
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

export const answerCallStates = ["running", "waiting", "done", "failed", "refused", "cancelled", "lost"] as const;

/** A tool that the model called on the way to its answer. */
export const answerCall = z.object({
  /** Also the id of the tool call that can be approved, refused or cancelled. */
  id,
  position: z.number().int(),
  /** In whose name it runs: only this person can approve it. */
  personId: id,
  /** Name of the tool; as the model wrote it when there is none of that name. */
  tool: z.string(),
  title: z.string(),
  /** The arguments as the model wrote them, which need not be JSON. */
  input: z.string(),
  /** `waiting` for approval; `lost`: the server died while it ran, so it may or may not have been done. */
  state: z.enum(answerCallStates),
  /** The result as JSON, as far as the model was given it. */
  output: z.string().nullable(),
  /** Why it failed or was not done, in plain words. */
  error: z.string().nullable(),
  /** Size of the whole result in bytes. */
  resultBytes: z.number().int().nullable(),
  /** What was cut from the result, in words. */
  cut: z.array(z.string()),
  /** Where in the answer's text it stands, in UTF-16 units. */
  textOffset: z.number().int(),
  /** The person has approved it, and an admin must, too. */
  waitsForAdmin: z.boolean(),
  /** What an approval must name. */
  argumentsHash: z.string().nullable(),
  /** When an approval comes too late. */
  expiresAt: moment.nullable(),
  /** Counts its changes: of two, the higher one is newer. */
  revision: z.number().int(),
  startedAt: moment,
  finishedAt: moment.nullable(),
});
export type AnswerCall = z.infer<typeof answerCall>;

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
  /** What the person should know of how it was made: which files were cut or left out. */
  notice: z.string().nullable(),
  /** What was asked to answer: a model's name or a tier. */
  model: z.string().nullable(),
  /** Which models did, in order, and why each in words; empty until the first has. */
  answeredBy: z.array(z.object({ model: z.string(), route: z.string() })),
  usage: usage.nullable(),
  files: z.array(storedFile),
  /** Tools that were called on the way to an answer, in order. */
  toolCalls: z.array(answerCall),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export type Message = z.infer<typeof message>;

/** What may be asked to answer: a model by its name, or a tier, which chooses one for each task. */
export const modelChoice = z.union([modelTier, modelName]);

/** Totals over all answers of all branches; a cost is null when the price of any answer is unknown. */
export const conversationUsage = z.object({
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  costUsd: z.number().nullable(),
  answers: z.number().int(),
});

export const conversation = z.object({
  id,
  title: z.string(),
  ownerId: id,
  model: z.string().nullable(),
  systemPrompt: z.string(),
  /** Whether the model may use tools, in the name of whoever asks. */
  useTools: z.boolean(),
  folderId: id.nullable(),
  tags: z.array(z.string()),
  pinned: z.boolean(),
  archived: z.boolean(),
  /** In the trash since then; deleted for good 30 days later. */
  trashedAt: moment.nullable(),
  /** Everybody in the workspace may read it and, but for viewers, write in it. */
  shared: z.boolean(),
  /** Somebody may read it by a public link. */
  published: z.boolean(),
  /** The message whose branch is shown. */
  currentMessageId: id.nullable(),
  /** Counts changes of what `updateConversation` sets. */
  version: z.number().int(),
  /** An answer is arriving. */
  streaming: z.boolean(),
  createdAt: moment,
  /** Last change of its messages. */
  updatedAt: moment,
});
export type Conversation = z.infer<typeof conversation>;

export const folder = z.object({ id, name: z.string(), position: z.number().int() });
export type Folder = z.infer<typeof folder>;

export const preset = z.object({
  id,
  name: z.string(),
  systemPrompt: z.string(),
  model: z.string().nullable(),
  ownerId: id,
  /** Offered to everybody in the workspace. */
  shared: z.boolean(),
});
export type Preset = z.infer<typeof preset>;

/** An import of another program's export file; it runs on the server and can be left alone. */
export const chatImport = z.object({
  id,
  fileName: z.string(),
  state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
  /** Share of the file that has been read, 0 to 1. */
  progress: z.number().min(0).max(1),
  source: z.enum(["chatgpt", "claude"]).nullable(),
  conversationsAdded: z.number().int(),
  /** Had been imported before; they got the messages that were new, if any. */
  conversationsKnown: z.number().int(),
  messagesAdded: z.number().int(),
  /** Conversations that could not be read. */
  skipped: z.number().int(),
  error: z.string().nullable(),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export type ChatImport = z.infer<typeof chatImport>;

/** Largest export file in bytes. */
export const maxImportBytes = 4 * 1024 ** 3;

export const searchHit = z.object({
  conversationId: id,
  conversationTitle: z.string(),
  /** Null when the title matched. */
  messageId: id.nullable(),
  role: messageRole.nullable(),
  at: moment,
  /** A part of the text around the match, in pieces; `match` marks what to highlight. */
  snippet: z.array(z.object({ text: z.string(), match: z.boolean() })),
});
export type SearchHit = z.infer<typeof searchHit>;

export const conversationParams = workspaceParams.extend({ conversationId: id });
export const messageParams = conversationParams.extend({ messageId: id });

const title = line(200);
const tag = line(40).transform((text) => text.toLowerCase());
const systemPrompt = prose(20_000);
const presetBody = z.object({
  name: line(100),
  systemPrompt,
  model: modelChoice.nullable().default(null),
  shared: z.boolean().default(false),
});

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
    query: pageQuery.extend({
      /** `active`: neither archived nor in the trash, one's own and shared ones; `shared`: shared by others. */
      view: z.enum(["active", "archived", "trash", "shared"]).default("active"),
      folderId: id.optional(),
      tag: prose(40).optional(),
      /** Only the caller's pinned ones. */
      pinned: z.literal("true").optional(),
    }),
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
    body: z.object({
      title: title.optional(),
      model: modelChoice.optional(),
      systemPrompt: systemPrompt.optional(),
      useTools: z.boolean().optional(),
      folderId: id.optional(),
      /** Takes system prompt and model from the preset where these are not given. */
      presetId: id.optional(),
    }),
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
    response: z.object({ conversation, messages: z.array(message), usage: conversationUsage }),
  }),
  updateConversation: defineRoute({
    method: "PATCH",
    path: `${base}/conversations/:conversationId`,
    summary: "Rename, file, tag, pin, archive, trash, share, or show another branch",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: conversationParams,
    body: z.object({
      title: title.optional(),
      model: modelChoice.nullable().optional(),
      systemPrompt: systemPrompt.optional(),
      useTools: z.boolean().optional(),
      folderId: id.nullable().optional(),
      tags: z.array(tag).max(20, "At most 20 tags.").optional(),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      trashed: z.boolean().optional(),
      shared: z.boolean().optional(),
      currentMessageId: id.optional(),
      /** The version that the change was made on: 409 when somebody was faster. Without it the last one wins. */
      version: z.number().int().optional(),
    }),
    response: conversation,
  }),
  deleteConversation: defineRoute({
    method: "DELETE",
    path: `${base}/conversations/:conversationId`,
    summary: "Delete a conversation that is in the trash for good",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: conversationParams,
    response: "none",
  }),
  emptyTrash: defineRoute({
    method: "POST",
    path: `${base}/trash/empty`,
    summary: "Delete all of the caller's conversations in the trash for good",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    response: z.object({ deleted: z.number().int() }),
  }),
  publishConversation: defineRoute({
    method: "POST",
    path: `${base}/conversations/:conversationId/public-link`,
    summary: "Make a public read-only link to the branch that is shown now; a new one replaces the old one",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: conversationParams,
    response: z.object({ url: z.url() }),
    status: 201,
  }),
  unpublishConversation: defineRoute({
    method: "DELETE",
    path: `${base}/conversations/:conversationId/public-link`,
    summary: "Revoke the public link",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: conversationParams,
    response: "none",
  }),
  readPublished: defineRoute({
    method: "GET",
    path: "/api/public/conversations/:token",
    summary: "A published conversation as a page without scripts",
    tag: "chat",
    audience: "public",
    scope: "read",
    params: z.object({ token: z.string().max(100) }),
    response: "raw",
  }),
  exportConversation: defineRoute({
    method: "GET",
    path: `${base}/conversations/:conversationId/export`,
    summary: "The conversation as a file: the shown branch as Markdown, or everything as JSON",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: conversationParams,
    query: z.object({ format: z.enum(["markdown", "json"]) }),
    response: "raw",
  }),
  search: defineRoute({
    method: "GET",
    path: `${base}/search`,
    summary: "Search titles and messages as one types; the last word may be unfinished",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    query: z.object({
      q: prose(200).trim().min(1),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    response: z.object({ items: z.array(searchHit) }),
  }),
  startImport: defineRoute({
    method: "POST",
    path: `${base}/imports`,
    summary: "Import an export file of ChatGPT or Claude (ZIP or conversations.json): its bytes are the body",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    query: z.object({ name: z.string().min(1).max(1000) }),
    body: "raw",
    response: chatImport,
    status: 201,
  }),
  listImports: defineRoute({
    method: "GET",
    path: `${base}/imports`,
    summary: "The caller's last imports, newest first",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(chatImport) }),
  }),
  cancelImport: defineRoute({
    method: "POST",
    path: `${base}/imports/:importId/cancel`,
    summary: "Stop an import; what it has added stays",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams.extend({ importId: id }),
    response: "none",
  }),
  listTags: defineRoute({
    method: "GET",
    path: `${base}/tags`,
    summary: "Tags in use, most used first",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(z.object({ tag: z.string(), count: z.number().int() })) }),
  }),
  listFolders: defineRoute({
    method: "GET",
    path: `${base}/folders`,
    summary: "The caller's folders",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(folder) }),
  }),
  createFolder: defineRoute({
    method: "POST",
    path: `${base}/folders`,
    summary: "Make a folder",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    body: z.object({ name: line(100) }),
    response: folder,
    status: 201,
  }),
  updateFolder: defineRoute({
    method: "PATCH",
    path: `${base}/folders/:folderId`,
    summary: "Rename or move a folder",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams.extend({ folderId: id }),
    body: z.object({ name: line(100).optional(), position: z.number().int().min(0).max(10_000).optional() }),
    response: folder,
  }),
  deleteFolder: defineRoute({
    method: "DELETE",
    path: `${base}/folders/:folderId`,
    summary: "Delete a folder; its conversations stay",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams.extend({ folderId: id }),
    response: "none",
  }),
  listPresets: defineRoute({
    method: "GET",
    path: `${base}/presets`,
    summary: "The caller's presets and those shared in the workspace",
    tag: "chat",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(preset) }),
  }),
  createPreset: defineRoute({
    method: "POST",
    path: `${base}/presets`,
    summary: "Keep a system prompt and a model under a name",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    body: presetBody,
    response: preset,
    status: 201,
  }),
  updatePreset: defineRoute({
    method: "PUT",
    path: `${base}/presets/:presetId`,
    summary: "Change a preset of one's own",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams.extend({ presetId: id }),
    body: presetBody,
    response: preset,
  }),
  deletePreset: defineRoute({
    method: "DELETE",
    path: `${base}/presets/:presetId`,
    summary: "Delete a preset of one's own",
    tag: "chat",
    audience: "member",
    scope: "write",
    params: workspaceParams.extend({ presetId: id }),
    response: "none",
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
    body: z
      .object({
        /** May be empty when files are attached. */
        text: prose(400_000),
        /** The message to answer to; null begins a new first branch. */
        parentId: id.nullable(),
        model: modelChoice.optional(),
        /** Files uploaded before, to be read by the model. */
        fileIds: z.array(id).max(20, "At most 20 files.").default([]),
        /** Id of the new message, made by the client (UUID): sending the same one twice adds nothing. */
        messageId: id.optional(),
      })
      .refine(({ text, fileIds }) => text.trim() !== "" || fileIds.length > 0, {
        path: ["text"],
        message: "Must not be empty.",
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
    body: z.object({ model: modelChoice.optional() }),
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
    body: z.object({ model: modelChoice.optional() }),
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

/** The new state of a tool call, a signal in the room `conversation:<id>`, sent once it is stored. */
export const chatCallSignal = z.object({ conversationId: id, messageId: id, call: answerCall });
export type ChatCallSignal = z.infer<typeof chatCallSignal>;

/** Logged events of Chat. */
export const chatEvents = {
  "chat.conversation.changed": z.object({ conversation }),
  /** Gone for good, or no longer shared with those who do not own it. */
  "chat.conversation.gone": z.object({ conversationId: id }),
  /** Also tells that conversations may have been added, one by one without events of their own. */
  "chat.import.changed": z.object({ import: chatImport }),
  "chat.folders.changed": z.object({}),
  "chat.presets.changed": z.object({}),
  /** Without the text, which may be long: devices that show the conversation ask for the message. */
  "chat.message.changed": z.object({
    conversationId: id,
    messageId: id,
    parentId: id.nullable(),
    status: messageStatus,
  }),
} as const;
export type ChatEvent<T extends keyof typeof chatEvents> = z.infer<(typeof chatEvents)[T]>;
