import { runRoutes } from "@mindmesh/contracts/runs";
import { actorOf } from "@mindmesh/kernel/audit";
import { implement, requireRight, tenantOf } from "@mindmesh/kernel/http";
import type { BlobStore } from "@mindmesh/kernel/storage";
import type { FastifyInstance } from "fastify";
import { findConversation } from "../find-conversation.ts";
import { describeSandbox } from "./describe-sandbox.ts";
import { deleteEditorFile, listEditorFiles, saveEditorFile } from "./editor-files.ts";
import { listOutputs } from "./list-outputs.ts";
import { listRuns, readDisplay, readRun } from "./read-runs.ts";
import { placeOf } from "./run-place.ts";
import { readRunSettings, updateRunSettings } from "./run-settings.ts";
import { type StartDependencies, cancelRun, startRun } from "./start-run.ts";

/** Registers the HTTP routes of code runs. */
export function runRoutesOn(app: FastifyInstance, dependencies: StartDependencies & { blobs: BlobStore }): void {
  const { db, runner } = dependencies;
  implement(app, runRoutes, {
    describeSandbox: ({ caller }) => describeSandbox(dependencies, caller),
    getRunSettings: ({ caller }) => readRunSettings(db, caller),
    updateRunSettings: ({ caller, body, request }) => updateRunSettings(db, caller, actorOf(request), body),
    startRun: async ({ caller, params, body, request }) => {
      const stdin = body.stdin === undefined ? undefined : Buffer.from(body.stdin, "base64");
      const ask = { ...body, stdin };
      return (await startRun(dependencies, caller, actorOf(request), params.conversationId, ask, { origin: "page" }))
        .run;
    },
    listRuns: ({ caller, params, query }) => listRuns(db, caller, params.conversationId, query),
    getRun: ({ caller, params }) => readRun(db, caller, params),
    getRunDisplay: async ({ caller, params, reply }) => {
      const { mime, bytes, content } = await readDisplay(dependencies, caller, params);
      void reply.headers({
        // HTML that code made is never a page of ours; a drawing may style itself and nothing else.
        "content-type": mime === "text/html" ? "text/plain; charset=utf-8" : mime,
        "content-length": bytes,
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, max-age=3600",
      });
      return content;
    },
    cancelRun: ({ caller, params }) => cancelRun(dependencies, caller, params),
    restartKernel: async ({ caller, params, body }) => {
      requireRight(caller, "code.run");
      await db.withWorkspace(tenantOf(caller), (tx) => findConversation(tx, caller, params.conversationId, "write"));
      await runner.restartKernel(placeOf(caller, params.conversationId), body.language);
    },
    listEditorFiles: async ({ caller, params }) => ({
      items: await listEditorFiles(db, caller, params.conversationId),
    }),
    saveEditorFile: ({ caller, params, body }) => saveEditorFile(db, caller, params.conversationId, body),
    deleteEditorFile: ({ caller, params, query }) => deleteEditorFile(db, caller, params.conversationId, query),
    listOutputs: async ({ caller, params, query }) => ({
      items: await listOutputs(db, caller, params.conversationId, query.path),
    }),
  });
}
