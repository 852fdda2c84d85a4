import { chatRoutes } from "@mindmesh/contracts/chat";
import { type MemberCaller, implement, rawBody, tenantOf } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { callsOf } from "./answer-calls.ts";
import { createConversation } from "./create-conversation.ts";
import { deleteConversation, emptyTrash } from "./delete-conversations.ts";
import { exportConversation } from "./export-conversation.ts";
import { findConversation } from "./find-conversation.ts";
import { findMessage } from "./find-message.ts";
import { createFolder, deleteFolder, listFolders, updateFolder } from "./folders.ts";
import { type ImportDependencies, cancelImport, listImports, startImport } from "./import/start-import.ts";
import { listConversations } from "./list-conversations.ts";
import { listTags } from "./list-tags.ts";
import { filesOf } from "./message-files.ts";
import { createPreset, deletePreset, listPresets, updatePreset } from "./presets.ts";
import { publishConversation, readPublished, unpublishConversation } from "./publish-conversation.ts";
import { publishedPage, publishedPagePolicy } from "./published-page.ts";
import { readConversation, withChunks } from "./read-conversation.ts";
import { continueAnswer, retryAnswer } from "./retry-answer.ts";
import { type AnswerDependencies, sendMessage } from "./send-message.ts";
import { search } from "./search.ts";
import { messageShape } from "./shapes.ts";
import { updateConversation } from "./update-conversation.ts";

/** Registers the HTTP routes of Chat. */
export function chatRoutesOn(
  app: FastifyInstance,
  dependencies: AnswerDependencies,
  imports: ImportDependencies,
  publicUrl: string,
): void {
  const { db, runner } = dependencies;
  implement(app, chatRoutes, {
    listConversations: ({ caller, query }) => listConversations(db, caller, query),
    createConversation: ({ caller, body }) => createConversation(db, caller, body),
    updateConversation: ({ caller, params, body }) => updateConversation(db, caller, params.conversationId, body),
    deleteConversation: ({ caller, params }) => deleteConversation(db, caller, params.conversationId),
    emptyTrash: async ({ caller }) => ({ deleted: await emptyTrash(db, caller) }),
    publishConversation: async ({ caller, params }) => ({
      url: `${publicUrl}/api/public/conversations/${await publishConversation(db, caller, params.conversationId)}`,
    }),
    unpublishConversation: ({ caller, params }) => unpublishConversation(db, caller, params.conversationId),
    readPublished: async ({ params, reply }) => {
      const { title, messages } = await readPublished(db, params.token);
      void reply.headers({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": publishedPagePolicy,
        "x-robots-tag": "noindex, nofollow, noarchive",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
      return publishedPage(title, messages);
    },
    exportConversation: async ({ caller, params, query, reply }) => {
      const file = await exportConversation(db, caller, params.conversationId, query.format);
      void reply.headers({
        "content-type": file.mediaType,
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      });
      return file.content;
    },
    search: async ({ caller, query }) => ({ items: await search(db, caller, query) }),
    startImport: ({ caller, query, request }) =>
      startImport(imports, caller, { name: query.name, ...rawBody(request) }),
    listImports: async ({ caller }) => ({ items: await listImports(db, caller) }),
    cancelImport: ({ caller, params }) => cancelImport(imports, caller, params.importId),
    listTags: async ({ caller }) => ({ items: await listTags(db, caller) }),
    listFolders: async ({ caller }) => ({ items: await listFolders(db, caller) }),
    createFolder: ({ caller, body }) => createFolder(db, caller, body),
    updateFolder: ({ caller, params, body }) => updateFolder(db, caller, params.folderId, body),
    deleteFolder: ({ caller, params }) => deleteFolder(db, caller, params.folderId),
    listPresets: async ({ caller }) => ({ items: await listPresets(db, caller) }),
    createPreset: ({ caller, body }) => createPreset(db, caller, body),
    updatePreset: ({ caller, params, body }) => updatePreset(db, caller, params.presetId, body),
    deletePreset: ({ caller, params }) => deletePreset(db, caller, params.presetId),
    getConversation: ({ caller, params }) => readConversation(db, caller, params.conversationId),
    sendMessage: ({ caller, params, body }) => sendMessage(dependencies, caller, params.conversationId, body),
    getMessage: ({ caller, params }) => readMessage(dependencies, caller, params),
    retryAnswer: ({ caller, params, body }) => retryAnswer(dependencies, caller, params, body.model),
    continueAnswer: ({ caller, params, body }) => continueAnswer(dependencies, caller, params, body.model),
    stopAnswer: async ({ caller, params }) => {
      await db.withWorkspace(tenantOf(caller), async (tx) => {
        await findConversation(tx, caller, params.conversationId, "write");
        await findMessage(tx, caller, params.conversationId, params.messageId);
      });
      await runner.stop(params.messageId);
    },
  });
}

function readMessage(
  { db }: AnswerDependencies,
  caller: MemberCaller,
  place: { conversationId: string; messageId: string },
) {
  return db.withWorkspace(
    tenantOf(caller),
    async (tx) => {
      await findConversation(tx, caller, place.conversationId, "read");
      const found = await findMessage(tx, caller, place.conversationId, place.messageId);
      const [row = found] = await withChunks(tx, [found]);
      const files = await filesOf(tx, caller.workspaceId, [row.id]);
      const calls = await callsOf(tx, caller.workspaceId, [row.id]);
      return messageShape(row, files.get(row.id), calls.get(row.id));
    },
    { snapshot: true },
  );
}
