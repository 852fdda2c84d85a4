import { Readable } from "node:stream";
import type { RunLimits, RunSettings } from "@mindmesh/contracts/runs";
import type { Actor } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import type { Logger } from "@mindmesh/kernel/observe";
import type { Notifications, Realtime } from "@mindmesh/kernel/realtime";
import { type BlobStore, type UploadDependencies, defaultUploadLimits, uploadFile } from "@mindmesh/kernel/storage";
import type { KernelLanguage, Sandbox } from "@mindmesh/sandbox";
import { emitChatEvent } from "../events.ts";
import { findConversation } from "../find-conversation.ts";
import { claimRun } from "./claim-run.ts";
import { type RunEnd, changeRun, endRun, thisRun } from "./end-run.ts";
import { followRun } from "./follow-run.ts";
import { removeIdleInputs, runInputs } from "./run-inputs.ts";
import { createRunKernels } from "./run-kernels.ts";
import type { RunPlace } from "./run-place.ts";
import { createRunWriter } from "./run-writer.ts";
import { type SandboxAccess, asAppError } from "./sandbox-access.ts";
import { type CodeRunRow, codeRuns } from "./schema.ts";
import { storeOutputs } from "./store-outputs.ts";
import { openWorkDirectories } from "./working-directory.ts";

export interface CodeDependencies {
  db: Database;
  log: Logger;
  blobs: BlobStore;
  realtime: Realtime;
  notifications: Notifications;
  serverId: string;
  enqueueProcessing: UploadDependencies["enqueueProcessing"];
  sandbox: SandboxAccess;
  /** Folder for working directories and for copies of attached files. */
  folder: string;
}

export interface RunWork {
  run: CodeRunRow;
  caller: MemberCaller;
  actor: Actor;
  stdin?: Uint8Array | undefined;
  /** Lower than the workspace's. */
  limits?: Partial<RunLimits> | undefined;
  keepVariables: boolean;
  /** Whether it may reach the hosts that the workspace allows. */
  online: boolean;
  /** Cancelled when its person has gone away. */
  needsPerson: boolean;
}

export type CodeRunner = ReturnType<typeof createCodeRunner>;

type StopReason = "cancelled" | "away" | "draining" | "not_stored";

const stopWords: Record<StopReason, string> = {
  cancelled: "Cancelled.",
  away: "Cancelled, because you were no longer connected.",
  draining: "The server was restarted while the code was running. Run it again.",
  not_stored: "The server could not store more of the output. Its disk may be full.",
};

const looksEveryMs = 500;
const presenceEveryMs = 2000;
const tidyEveryMs = 10 * 60_000;
const idleMs = 60 * 60_000;

/** Runs code in this process's sandbox, independently of any page that asked for it. */
export function createCodeRunner(dependencies: CodeDependencies) {
  const { db, log, blobs, realtime, notifications, sandbox: access, folder } = dependencies;
  const running = new Map<string, { work: RunWork; controller: AbortController; done: Promise<void> }>();
  const directories = openWorkDirectories({ db, blobs }, folder);
  const kernels = createRunKernels();
  const absentSince = new Map<string, number>();
  const awayAfter = new Map<string, number>();
  let wake = Promise.withResolvers<void>();

  notifications.on("mindmesh_code_cancel", (runId) =>
    running.get(runId)?.controller.abort("cancelled" satisfies StopReason),
  );
  notifications.on("mindmesh_code_kernel", (text) => {
    const { place, language } = JSON.parse(text) as { place: RunPlace; language: KernelLanguage };
    kernels.close(place, language).catch((error) => log.error({ err: error }, "an interpreter could not be closed"));
  });

  const presence = setInterval(() => {
    cancelOfAbsent().catch((error) => log.error({ err: error }, "people's presence could not be seen"));
  }, presenceEveryMs);
  const tidying = setInterval(() => {
    Promise.all([directories.removeIdle(idleMs, kernels.isOpen), removeIdleInputs(folder, idleMs)]).catch((error) =>
      log.error({ err: error }, "idle working directories could not be removed"),
    );
  }, tidyEveryMs);

  /** Code must not go on for somebody who has closed the page; what a model or a program runs has its own end. */
  async function cancelOfAbsent(): Promise<void> {
    for (const [runId, { work, controller }] of running) {
      if (!work.needsPerson) continue;
      if (await realtime.isPresent(work.caller.personId)) {
        absentSince.delete(runId);
        continue;
      }
      const since = absentSince.get(runId) ?? Date.now();
      absentSince.set(runId, since);
      if (Date.now() - since >= (awayAfter.get(runId) ?? Infinity)) controller.abort("away" satisfies StopReason);
    }
  }

  async function waitForTurn({ run }: RunWork, signal: AbortSignal) {
    let shown = 0;
    for (;;) {
      signal.throwIfAborted();
      const woken = wake.promise;
      const turn = await claimRun(db, run);
      if (turn.claimed !== null) return turn.claimed;
      if (turn.before !== shown) await showPosition(run, (shown = turn.before));
      await pause(looksEveryMs, woken, signal);
    }
  }

  async function showPosition(run: CodeRunRow, position: number): Promise<void> {
    const { workspaceId, conversationId, id: runId } = run;
    await db.withWorkspace({ workspaceId }, (tx) =>
      tx.update(codeRuns).set({ queuePosition: position }).where(thisRun(run)),
    );
    realtime.signal(workspaceId, `conversation:${conversationId}`, "chat.run.queue", {
      conversationId,
      runId,
      position,
    });
  }

  async function perform(work: RunWork, controller: AbortController): Promise<void> {
    const { run, caller } = work;
    const { signal } = controller;
    const { workspaceId, conversationId } = run;
    const room = `conversation:${conversationId}`;
    const writer = createRunWriter(
      {
        db,
        showOutput: (output) => realtime.signal(workspaceId, room, "chat.run.output", output),
        showDisplay: (display) => realtime.signal(workspaceId, room, "chat.run.display", display),
        storeLarge: async (name, content) => {
          const upload = { name, announcedBytes: content.length, content: Readable.from([content]), internal: true };
          const none = () => Promise.resolve();
          const stored = { db, blobs, limits: defaultUploadLimits, enqueueProcessing: none };
          return (await uploadFile(stored, caller, upload)).id;
        },
      },
      run,
      (error) => {
        log.error({ err: error, runId: run.id }, "output of a run could not be stored");
        controller.abort("not_stored" satisfies StopReason);
      },
    );
    const notes: string[] = [];
    const runIn = async (sandbox: Sandbox, settings: RunSettings): Promise<RunEnd> => {
      const directory = await directories.prepare(run);
      if (directory.anew) await kernels.closeAll(run);
      const followed = await followRun(
        {
          sandbox,
          kernels,
          writer,
          onPosition: (position) => showPosition(run, position),
          onStarted: (change) =>
            db.withWorkspace({ workspaceId }, (tx) => changeRun(tx, run, { ...change, queuePosition: null })),
        },
        work,
        {
          directory: directory.path,
          inputs: await runInputs({ db, blobs }, folder, run),
          limits: { ...settings.limits, ...work.limits },
          hosts: work.online ? settings.hosts : [],
        },
        signal,
      );
      await writer.settled();
      notes.push(...(await keepFiles(work, directory.path, followed.paths)));
      return followed.end;
    };
    let end: RunEnd;
    try {
      const settings = await waitForTurn(work, signal);
      awayAfter.set(run.id, settings.awaySeconds * 1000);
      const sandbox = await Promise.race([access.open(), abortOf(signal)]);
      end = await directories.exclusive(run, signal, () => runIn(sandbox, settings));
    } catch (error) {
      end = endAfter(error);
      if (!signal.aborted && !(asAppError(error) instanceof AppError)) {
        log.error({ err: error, runId: run.id }, "a run of code failed");
      }
    }
    await writer.settled();
    if (writer.written.leftOut > 0) notes.push(`${writer.written.leftOut} figures more were not kept.`);
    if (signal.aborted) end = { ...end, ...stopEnd(signal.reason as StopReason) };
    const message = [end.message, ...notes].join("\n");
    await db.withWorkspace(tenantOf(caller), (tx) => endRun(tx, run, { ...end, message }, work.actor));
  }

  /** What the code made becomes versions and the directory's snapshot, also when it was stopped. */
  async function keepFiles({ run, caller }: RunWork, directory: string, paths: string[]): Promise<string[]> {
    const { workspaceId, conversationId } = run;
    const { stored, changed, notes } = await storeOutputs(dependencies, caller, run, directory, paths);
    try {
      if (changed.length > 0) {
        await db.withWorkspace({ workspaceId }, async (tx) => {
          const conversation = await findConversation(tx, caller, conversationId, "read");
          await emitChatEvent(tx, conversation, "chat.outputs.changed", { conversationId, paths: changed });
        });
      }
      const { left } = await directories.store(run, caller, stored);
      if (left > 0) notes.push(`${left} files of the working directory are kept on this server only: it is too large.`);
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ err: error, runId: run.id }, "files of a run could not be stored");
      const why = error instanceof AppError ? error.message : "It has been recorded.";
      notes.push(`The working directory could not be stored. ${why}`);
    }
    return notes;
  }

  return {
    /** Begins a run that the database already shows as queued. Resolves when it has ended; never rejects. */
    start(work: RunWork): Promise<void> {
      const controller = new AbortController();
      const { id } = work.run;
      const done = perform(work, controller)
        // The row stays open and is taken for lost once this process is gone.
        .catch((error: unknown) => log.error({ err: error, runId: id }, "a run could not be closed"))
        .then(() => {
          running.delete(id);
          absentSince.delete(id);
          awayAfter.delete(id);
          wake.resolve();
          wake = Promise.withResolvers();
        });
      running.set(id, { work, controller, done });
      return done;
    },
    /** Stops a run on whichever server it waits or runs. */
    cancel: (runId: string) => notifications.notify("mindmesh_code_cancel", runId),
    /** Ends a person's interpreter, on whichever server it is. */
    async restartKernel(place: RunPlace, language: KernelLanguage): Promise<void> {
      // Here at once, so that the next run finds a new one.
      await kernels.close(place, language);
      await notifications.notify("mindmesh_code_kernel", JSON.stringify({ place, language }));
    },
    /** Works in a person's directory while nobody else on this server does. */
    inDirectory: <T>(place: RunPlace, signal: AbortSignal, work: (directory: string) => Promise<T>): Promise<T> =>
      directories.exclusive(place, signal, async () => {
        const directory = await directories.prepare(place);
        if (directory.anew) await kernels.closeAll(place);
        return work(directory.path);
      }),
    /** Stores what such work changed. */
    storeDirectory: (place: RunPlace, caller: MemberCaller) => directories.store(place, caller),
    /** Gives runs `seconds` to end, then cancels the rest. */
    async drain(seconds: number): Promise<void> {
      clearInterval(presence);
      clearInterval(tidying);
      const all = () => Promise.all([...running.values()].map(({ done }) => done));
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => {
        timer = setTimeout(resolve, seconds * 1000);
      });
      await Promise.race([all(), deadline]);
      clearTimeout(timer);
      for (const { controller } of running.values()) controller.abort("draining" satisfies StopReason);
      await all();
      await kernels.closeEverything();
    },
  };
}

const nothing = { exitCode: null, error: null, usage: null };

function stopEnd(reason: StopReason): Pick<RunEnd, "status" | "reason" | "message"> {
  return reason === "not_stored"
    ? { status: "failed", reason: "disk", message: stopWords.not_stored }
    : { status: "cancelled", reason: "cancelled", message: stopWords[reason] ?? stopWords.cancelled };
}

/** How a run ends that the sandbox or the server refused, or that broke a part of the server. */
function endAfter(error: unknown): RunEnd {
  const known = asAppError(error);
  if (!(known instanceof AppError)) {
    return { ...nothing, status: "lost", reason: "lost", message: "Something went wrong on the server. Run it again." };
  }
  const fields = Object.entries(known.fields ?? {}).map(([field, words]) => `${field}: ${words}`);
  return { ...nothing, status: "failed", reason: "refused", message: [known.message, ...fields].join(" ") };
}

async function pause(milliseconds: number, woken: Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([time, woken, abortOf(signal)]).finally(() => clearTimeout(timer));
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(new Error(String(signal.reason)));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
