import { chatRoutes } from "@mindmesh/contracts/chat";
import { type MemberCaller, implement, tenantOf } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { createConversation } from "./create-conversation.ts";
import { findConversation } from "./find-conversation.ts";
import { findMessage } from "./find-message.ts";
import { listConversations } from "./list-conversations.ts";
import { readConversation, withChunks } from "./read-conversation.ts";
import { continueAnswer, retryAnswer } from "./retry-answer.ts";
import { type AnswerDependencies, sendMessage } from "./send-message.ts";
import { messageShape } from "./shapes.ts";

/** Registers the HTTP routes of Chat. */
export function chatRoutesOn(app: FastifyInstance, dependencies: AnswerDependencies): void {
  const { db, runner } = dependencies;
  implement(app, chatRoutes, {
    listConversations: ({ caller, query }) => listConversations(db, caller, query),
    createConversation: ({ caller, body }) => createConversation(db, caller, body),
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
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, place.conversationId, "read");
    const found = await findMessage(tx, caller, place.conversationId, place.messageId);
    const [row = found] = await withChunks(tx, [found]);
    return messageShape(row);
  });
}
