import type { Product } from "@mindmesh/kernel/product";
import { tenantOf } from "@mindmesh/kernel/http";
import { createAnswerRunner } from "./answer-runner.ts";
import { findConversation } from "./find-conversation.ts";
import { purgeTrashJob } from "./delete-conversations.ts";
import { importJob } from "./import/import-job.ts";
import { conversationFiles } from "./message-files.ts";
import { chatPersonData } from "./person-data.ts";
import { chatRoutesOn } from "./routes.ts";
import { takeOverAnswers } from "./take-over-answers.ts";
import { chatTools } from "./tools.ts";

const orphanSweepSeconds = 5;

/** Chat: conversations with models, on every device at once. */
export const chat: Product = {
  name: "chat",
  migrations: { schema: "chat", folder: new URL("../migrations/", import.meta.url) },
  start(app, kernel) {
    const { db, log, realtime, notifications, serverId, ai, blobs, jobs, tools } = kernel;
    const runner = createAnswerRunner({ db, log, realtime, notifications, blobs, ai, tools });
    const importing = importJob({ db, blobs });
    chatRoutesOn(app, { db, runner, ai, serverId }, { db, blobs, jobs, job: importing }, kernel.config.publicUrl);
    realtime.guardRooms("conversation", async (caller, conversationId) => {
      await db.withWorkspace(tenantOf(caller), (tx) => findConversation(tx, caller, conversationId, "read"));
      return true;
    });
    const sweep = () =>
      takeOverAnswers({ db, tools, runner, serverId }).catch((error) =>
        log.error({ err: error }, "answers of a server that is gone could not be taken over"),
      );
    // Not before all tools are known: an answer that goes on here may call them.
    app.addHook("onReady", async () => void sweep());
    const timer = setInterval(() => void sweep(), orphanSweepSeconds * 1000);
    return {
      fileGrants: [conversationFiles],
      jobs: [importing, purgeTrashJob(db)],
      personData: chatPersonData,
      tools: chatTools(db),
      async drain(seconds) {
        clearInterval(timer);
        await runner.drain(seconds);
      },
    };
  },
};
