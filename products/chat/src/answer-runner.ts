import type { chatCallSignal } from "@mindmesh/contracts/chat";
import type { ModelGateway } from "@mindmesh/kernel/ai";
import { type Database, storableText } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { Logger } from "@mindmesh/kernel/observe";
import type { Notifications, Realtime } from "@mindmesh/kernel/realtime";
import type { BlobStore } from "@mindmesh/kernel/storage";
import type { MemberCaller } from "@mindmesh/kernel/http";
import type { Tools } from "@mindmesh/kernel/tools";
import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { callsOf, createCallWriter } from "./answer-calls.ts";
import { addedSpent, spentBefore } from "./answer-spent.ts";
import { answerInSteps } from "./answer-steps.ts";
import { createAnswerWriter } from "./answer-writer.ts";
import { LeftForAnother, type OpenCall, callTool, offerTools, takeUpCall } from "./call-tools.ts";
import { imagesOfCall } from "./code/run-images.ts";
import { type AnswerEnd, finishAnswer } from "./finish-answer.ts";
import { emitChatEvent } from "./events.ts";
import { filesOf } from "./message-files.ts";
import { modelMessages, textBudget } from "./model-messages.ts";
import { readBranch } from "./read-branch.ts";
import { type ConversationRow, type MessageRow, messages } from "./schema.ts";
import { answerCallShape } from "./shapes.ts";
import { toolNote } from "./tool-messages.ts";
import { untilStored } from "./until-stored.ts";

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
  /** On whose account the model is called, and in whose name tools. */
  caller: MemberCaller;
  /** Calls that another server left open, when the answer is taken over from it. */
  open?: OpenCall[];
}

type CallSignal = z.infer<typeof chatCallSignal>;

interface Dependencies {
  db: Database;
  log: Logger;
  realtime: Realtime;
  notifications: Notifications;
  blobs: BlobStore;
  ai: ModelGateway;
  tools: Pick<Tools, "list" | "call" | "resume" | "readSettings">;
}

/** `stopping`: the server; the kernel's calls know the word too. */
type StopReason = "stopped" | "stopping" | "not_stored";

/** Receives answers in this process, independently of any page that asked for them. */
export function createAnswerRunner({ db, log, realtime, notifications, blobs, ai, tools }: Dependencies): AnswerRunner {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  /** Answers that wait for the approval of a call. */
  const waiting = new Set<string>();
  let draining = false;
  /** Aborted when the server waits for nothing any more. */
  const ending = new AbortController();

  notifications.on("mindmesh_chat_stop", (messageId) => running.get(messageId)?.controller.abort("stopped"));

  async function run(
    { conversation, answer, caller, open = [] }: AnswerWork,
    controller: AbortController,
  ): Promise<void> {
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
    const before = spentBefore(answer);
    let spent = before;
    // Its event says that the answer is arriving, so it must not come after the end.
    let noticed = Promise.resolve();
    let end: AnswerEnd;
    try {
      const offered = conversation.useTools ? offerTools(await tools.list(caller)) : null;
      const callWriter = createCallWriter(
        db,
        (call) => {
          if (call.state === "waiting") waiting.add(answer.id);
          else waiting.delete(answer.id);
          if (draining && call.state === "waiting") controller.abort("stopping" satisfies StopReason);
          const signal = { conversationId: conversation.id, messageId: answer.id, call: answerCallShape(call) };
          realtime.signal(workspaceId, `conversation:${conversation.id}`, "chat.call", signal satisfies CallSignal);
        },
        () => spent,
      );
      const callWork = {
        tools,
        writer: callWriter,
        caller,
        conversationId: conversation.id,
        offered: offered ?? offerTools([]),
      };
      for (const each of open) await takeUpCall(callWork, each, controller.signal);
      controller.signal.throwIfAborted();
      const { branch, files, calls } = await readAsked(db, answer);
      const characters =
        files.size === 0 ? 0 : textBudget(await contextTokens(ai, workspaceId, caller.personId, answer.model));
      const prompt = await modelMessages({ db, blobs }, workspaceId, branch, { files, calls, offered }, characters);
      if (prompt.notice !== answer.notice) await storeNotice(db, conversation, answer, prompt.notice);
      let notice = prompt.notice;
      const { limits } = await tools.readSettings(workspaceId);
      end = await answerInSteps(
        {
          ai,
          writer,
          offered,
          limits,
          callTool: (asked, at) =>
            callTool(callWork, asked, { ...at, workspaceId, messageId: answer.id }, controller.signal),
          imagesOf: (call) => imagesOfCall({ db, blobs }, call),
          onSpent: (sum) => (spent = addedSpent(before, sum)),
          onSwitched({ from, to, reason }) {
            notice = [notice, `${reason} ${to} answers in the place of ${from}.`].filter(Boolean).join(" ");
            const words = notice;
            noticed = noticed
              .then(() => storeNotice(db, conversation, answer, words))
              .catch((error) => log.error({ err: error, messageId: answer.id }, "a notice could not be stored"));
          },
        },
        {
          workspaceId,
          userId: caller.personId,
          product: "chat",
          ...(caller.via.kind === "api_key" && { apiKeyId: caller.via.keyId }),
          model: answer.model ?? undefined,
          system: offered === null ? conversation.systemPrompt : `${conversation.systemPrompt}\n\n${toolNote}`.trim(),
          messages: prompt.messages,
          ...(offered !== null && { tools: offered.models }),
        },
        calls.get(answer.id) ?? [],
        controller.signal,
      );
    } catch (error) {
      await writer.settled();
      if (error instanceof LeftForAnother) return;
      // The model call that broke off did not say what it used.
      if (spent !== null) spent = { ...spent, costUsd: null };
      end = endAfter(error, controller.signal, writer.text.text !== "");
      if (end.status === "failed" && !(error instanceof AppError)) {
        log.error({ err: error, messageId: answer.id }, "an answer failed");
      }
    }
    await noticed;
    await untilStored(
      () => finishAnswer(db, place, writer.text, end, spent),
      ending.signal,
      (error) => log.error({ err: error, messageId: answer.id }, "the end of an answer could not be stored yet"),
    );
  }

  return {
    start(work) {
      const controller = new AbortController();
      const done = run(work, controller)
        // The row stays "streaming" and is taken for interrupted once this process is gone.
        .catch((error) => log.error({ err: error, messageId: work.answer.id }, "an answer could not be closed"))
        .finally(() => {
          running.delete(work.answer.id);
          waiting.delete(work.answer.id);
        });
      running.set(work.answer.id, { controller, done });
    },
    async stop(messageId) {
      await notifications.notify("mindmesh_chat_stop", messageId);
    },
    async drain(seconds) {
      draining = true;
      // A person may take an hour; the next server goes on waiting.
      for (const id of waiting) running.get(id)?.controller.abort("stopping" satisfies StopReason);
      const all = () => Promise.all([...running.values()].map((each) => each.done));
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => {
        timer = setTimeout(resolve, seconds * 1000);
      });
      await Promise.race([all(), deadline]);
      clearTimeout(timer);
      for (const { controller } of running.values()) controller.abort("stopping" satisfies StopReason);
      ending.abort();
      await all();
    },
  };
}

/** The branch up to the answer, with what belongs to its messages; the answer itself when it has begun before. */
async function readAsked(db: Database, answer: MessageRow) {
  const { workspaceId } = answer;
  return db.withWorkspace({ workspaceId }, async (tx) => {
    const own = await callsOf(tx, workspaceId, [answer.id]);
    const begun = answer.text !== "" || own.size > 0;
    const branch = await readBranch(tx, workspaceId, begun ? answer.id : (answer.parentId ?? answer.id));
    const ids = branch.map((each) => each.id);
    return { branch, files: await filesOf(tx, workspaceId, ids), calls: await callsOf(tx, workspaceId, ids) };
  });
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
      .set({ notice: notice && storableText(notice) })
      .where(and(eq(messages.workspaceId, workspaceId), eq(messages.id, answer.id)));
    await emitChatEvent(tx, conversation, "chat.message.changed", {
      conversationId,
      messageId: answer.id,
      parentId: answer.parentId,
      status: "streaming",
    });
  });
}

const abortReasons: Record<StopReason, AnswerEnd> = {
  stopped: { status: "stopped", error: null },
  stopping: { status: "interrupted", error: "The server was restarted while the answer was arriving." },
  not_stored: { status: "interrupted", error: "The server could not store more of the answer. Its disk may be full." },
};

function endAfter(error: unknown, signal: AbortSignal, hasText: boolean): AnswerEnd {
  if (signal.aborted) return abortReasons[signal.reason as StopReason];
  const message = error instanceof AppError ? error.message : "Something went wrong on the server. Try again.";
  return { status: hasText ? "interrupted" : "failed", error: message };
}
