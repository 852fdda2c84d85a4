import type { Product } from "@mindmesh/kernel/product";
import { tenantOf } from "@mindmesh/kernel/http";
import { createAnswerRunner } from "./answer-runner.ts";
import { conversationOutputs } from "./code/list-outputs.ts";
import type { SandboxAccess } from "./code/sandbox-access.ts";
import { startCode } from "./code/start-code.ts";
import { findConversation } from "./find-conversation.ts";
import { purgeTrashJob } from "./delete-conversations.ts";
import { importJob } from "./import/import-job.ts";
import { conversationFiles } from "./message-files.ts";
import { chatPersonData } from "./person-data.ts";
import { chatRoutesOn } from "./routes.ts";
import { conversationResources, presetPrompts } from "./resources.ts";
import { takeOverAnswers } from "./take-over-answers.ts";
import { chatTools } from "./tools.ts";

const orphanSweepSeconds = 5;

export type { SandboxAccess } from "./code/sandbox-access.ts";

export const chatMigrations = { schema: "chat", folder: new URL("../migrations/", import.meta.url) };

/** Chat: conversations with models, on every device at once, and code that runs in them. */
export const chatWith = (sandbox: SandboxAccess): Product => ({
  name: "chat",
  migrations: chatMigrations,
  start(app, kernel) {
    const { db, log, realtime, notifications, serverId, ai, blobs, jobs, tools } = kernel;
    const runner = createAnswerRunner({ db, log, realtime, notifications, blobs, ai, tools });
    const importing = importJob({ db, blobs });
    chatRoutesOn(app, { db, runner, ai, serverId }, { db, blobs, jobs, job: importing }, kernel.config.publicUrl);
    const code = startCode(app, kernel, sandbox);
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
      fileGrants: [conversationFiles, conversationOutputs],
      jobs: [importing, purgeTrashJob(db)],
      personData: chatPersonData,
      tools: [...chatTools(db), ...code.tools],
      resources: [conversationResources(db)],
      prompts: [presetPrompts(db)],
      async drain(seconds) {
        clearInterval(timer);
        await Promise.all([runner.drain(seconds), code.drain(seconds)]);
      },
    };
  },
});
