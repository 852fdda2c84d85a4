import type { ModelGateway, ModelPart } from "@mindmesh/kernel/ai";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { Logger } from "@mindmesh/kernel/observe";
import type { Notifications, Realtime } from "@mindmesh/kernel/realtime";
import type { BlobStore } from "@mindmesh/kernel/storage";
import { and, eq } from "drizzle-orm";
import { createAnswerWriter } from "./answer-writer.ts";
import { type AnswerEnd, finishAnswer } from "./finish-answer.ts";
import { emitChatEvent } from "./events.ts";
import { filesOf } from "./message-files.ts";
import { modelMessages, textBudget } from "./model-messages.ts";
import { readBranch } from "./read-branch.ts";
import { type ConversationRow, type MessageRow, messages } from "./schema.ts";

export interface AnswerRunner {
  /** Begins to receive an answer that the database already shows as streaming. Does not wait for it. */
  start(work: AnswerWork): void;
  /** Stops an answer on whichever server receives it. */
  stop(messageId: string): Promise<void>;
  /** Gives running answers `seconds` to end, then interrupts the rest. */
  drain(seconds: number): Promise<void>;
}

export interface AnswerWork {
  conversation: ConversationRow;
  answer: MessageRow;
  /** On whose account the model is called. */
  personId: string;
}

interface Dependencies {
  db: Database;
  log: Logger;
  realtime: Realtime;
  notifications: Notifications;
  blobs: BlobStore;
  ai: ModelGateway;
}

type StopReason = "stopped" | "draining" | "not_stored";

/** Receives answers in this process, independently of any page that asked for them. */
export function createAnswerRunner({ db, log, realtime, notifications, blobs, ai }: Dependencies): AnswerRunner {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  notifications.on("mindmesh_chat_stop", (messageId) => running.get(messageId)?.controller.abort("stopped"));

  async function run({ conversation, answer, personId }: AnswerWork, controller: AbortController): Promise<void> {
    const { workspaceId } = conversation;
    const place = {
      workspaceId,
      conversationId: conversation.id,
      messageId: answer.id,
      text: answer.text,
      reasoning: answer.reasoning,
    };
    const writer = createAnswerWriter(
      { db, show: (delta) => realtime.signal(workspaceId, `conversation:${conversation.id}`, "chat.delta", delta) },
      place,
      (error) => {
        log.error({ err: error, messageId: answer.id }, "a part of an answer could not be stored");
        controller.abort("not_stored");
      },
    );
    let finish: Extract<ModelPart, { type: "finish" }> | undefined;
    let end: AnswerEnd;
    try {
      const { branch, files } = await db.withWorkspace({ workspaceId }, async (tx) => {
        const last = answer.text === "" ? (answer.parentId ?? answer.id) : answer.id;
        const read = await readBranch(tx, workspaceId, last);
        return {
          branch: read,
          files: await filesOf(
            tx,
            workspaceId,
            read.map((each) => each.id),
          ),
        };
      });
      const characters =
        files.size === 0 ? 0 : textBudget(await contextTokens(ai, workspaceId, personId, answer.model));
      const prompt = await modelMessages({ db, blobs }, workspaceId, branch, files, characters);
      if (prompt.notice !== answer.notice) await storeNotice(db, conversation, answer, prompt.notice);
      const parts = ai.stream({
        workspaceId,
        userId: personId,
        product: "chat",
        model: answer.model ?? undefined,
        system: conversation.systemPrompt,
        messages: prompt.messages,
        signal: controller.signal,
      });
      for await (const part of parts) {
        if (part.type === "finish") finish = part;
        else if (part.type === "text" || part.type === "reasoning") writer.push({ kind: part.type, text: part.text });
      }
      await writer.settled();
      controller.signal.throwIfAborted();
      end = endOf(finish);
    } catch (error) {
      await writer.settled();
      end = endAfter(error, controller.signal, writer.text.text !== "");
      if (end.status === "failed" && !(error instanceof AppError)) {
        log.error({ err: error, messageId: answer.id }, "an answer failed");
      }
    }
    await finishAnswer(db, place, writer.text, end, finish ?? null);
  }

  return {
    start(work) {
      const controller = new AbortController();
      const done = run(work, controller)
        // The row stays "streaming" and is taken for interrupted once this process is gone.
        .catch((error) => log.error({ err: error, messageId: work.answer.id }, "an answer could not be closed"))
        .finally(() => running.delete(work.answer.id));
      running.set(work.answer.id, { controller, done });
    },
    async stop(messageId) {
      await notifications.notify("mindmesh_chat_stop", messageId);
    },
    async drain(seconds) {
      const all = () => Promise.all([...running.values()].map((each) => each.done));
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => {
        timer = setTimeout(resolve, seconds * 1000);
      });
      await Promise.race([all(), deadline]);
      clearTimeout(timer);
      for (const { controller } of running.values()) controller.abort("draining");
      await all();
    },
  };
}

/** The model's window in tokens; null when nobody knows it. */
async function contextTokens(
  ai: ModelGateway,
  workspaceId: string,
  userId: string,
  model: string | null,
): Promise<number | null> {
  const { models } = await ai.listModels({ workspaceId, userId });
  return models.find((each) => each.id === model)?.contextTokens ?? null;
}

async function storeNotice(
  db: Database,
  conversation: ConversationRow,
  answer: MessageRow,
  notice: string | null,
): Promise<void> {
  const { workspaceId, id: conversationId } = conversation;
  await db.withWorkspace({ workspaceId }, async (tx) => {
    await tx
      .update(messages)
      .set({ notice })
      .where(and(eq(messages.workspaceId, workspaceId), eq(messages.id, answer.id)));
    await emitChatEvent(tx, conversation, "chat.message.changed", {
      conversationId,
      messageId: answer.id,
      parentId: answer.parentId,
      status: "streaming",
    });
  });
}

function endOf(finish: Extract<ModelPart, { type: "finish" }> | undefined): AnswerEnd {
  if (finish?.reason === "stop") return { status: "complete", error: null };
  if (finish?.reason === "length") {
    return { status: "interrupted", error: "The model reached its limit of output. Continue to get the rest." };
  }
  if (finish?.reason === "content-filter") {
    return { status: "interrupted", error: "The provider's content filter ended the answer." };
  }
  return { status: "interrupted", error: "The answer ended without saying that it was complete." };
}

const abortReasons: Record<StopReason, AnswerEnd> = {
  stopped: { status: "stopped", error: null },
  draining: { status: "interrupted", error: "The server was restarted while the answer was arriving." },
  not_stored: { status: "interrupted", error: "The server could not store more of the answer. Its disk may be full." },
};

function endAfter(error: unknown, signal: AbortSignal, hasText: boolean): AnswerEnd {
  if (signal.aborted) return abortReasons[signal.reason as StopReason];
  const message = error instanceof AppError ? error.message : "Something went wrong on the server. Try again.";
  return { status: hasText ? "interrupted" : "failed", error: message };
}
