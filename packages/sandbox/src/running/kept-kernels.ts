import { randomUUID } from "node:crypto";
import path from "node:path";
import type { DriverKernel } from "../driver.ts";
import { resolveLimits } from "../limits.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { FinishReason, KernelRequest, SandboxKernel } from "../sandbox.ts";
import { checkInputs, checkSource } from "./check-request.ts";
import { execute } from "./execute.ts";
import { type Ground, checkOffer, inTurn, occupy } from "./ground.ts";
import { isOverfull, prepareFolder } from "./working-folder.ts";

interface Kept {
  kernel: SandboxKernel;
  end(reason: Awaited<SandboxKernel["closed"]>["reason"], message: string): Promise<void>;
  isRunning(): boolean;
  lastUsed: number;
}

const standardIdleSeconds = 600;
const idleDiskEveryMs = 2000;

/** Interpreters that stay between runs: at most `most`; the one that was idle longest makes room for a new one. */
export function keptKernels(ground: Ground, most: number) {
  const kept = new Set<Kept>();
  return {
    async open(request: KernelRequest): Promise<SandboxKernel> {
      if (ground.driver.openKernel === undefined) {
        const message = `The sandbox of this server (${ground.driver.name}) keeps no variables between runs.`;
        throw new SandboxError("sandbox_off", { message });
      }
      if (ground.closing.aborted) throw new SandboxError("unavailable");
      checkOffer(ground, request.language, request.hosts ?? []);
      await checkInputs(request.inputs ?? []);
      await makeRoom();
      const own = await startKernel(ground, request, () => kept.delete(own));
      kept.add(own);
      return own.kernel;
    },
    async close() {
      await Promise.all([...kept].map((own) => own.end("closed", "The server is stopping.")));
    },
  };

  async function makeRoom(): Promise<void> {
    if (kept.size < most) return;
    const idle = [...kept].filter((own) => !own.isRunning()).sort((a, b) => a.lastUsed - b.lastUsed)[0];
    if (idle === undefined) {
      const message = `${kept.size} interpreters are at work, which is all that fit. Try again in a moment.`;
      throw new SandboxError("queue_full", { message });
    }
    kept.delete(idle);
    await idle.end("idle", "It was idle and made room for another one. Its variables are gone.");
  }
}

async function startKernel(ground: Ground, request: KernelRequest, gone: () => void): Promise<Kept> {
  const { directory, language, person, hosts = [], inputs = [] } = request;
  const limits = resolveLimits(request.limits ?? {}, ground.limits);
  const folder = await prepareFolder(directory, [], limits);
  const id = randomUUID();
  const place = occupy(ground.busy, directory);
  const where = { id, workDirectory: directory, outDirectory: folder.out, inputs, limits, hosts };
  let driven: DriverKernel;
  try {
    driven = await startDriven(ground, { ...where, language });
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
  let why: Awaited<SandboxKernel["closed"]> | null = null;
  let runs = 0;
  let idle: NodeJS.Timeout | undefined;
  const idleSeconds = request.idleSeconds ?? standardIdleSeconds;
  const end: Kept["end"] = async (reason, message) => {
    why ??= { reason, message };
    await driven.close();
  };
  const waitForWork = () => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      void end("idle", `It was idle for ${idleSeconds} s. Its variables are gone.`);
    }, idleSeconds * 1000);
    idle.unref();
  };
  // A thread of the program may write on between two runs.
  const disk = setInterval(() => {
    if (runs > 0) return;
    void isOverfull({ directory }, limits).then((over) => {
      if (over && runs === 0) void end("disk", "It wrote more than the working directory may hold.");
    });
  }, idleDiskEveryMs);
  disk.unref();
  const closed = driven.closed.then(async ({ ended, message }) => {
    clearTimeout(idle);
    clearInterval(disk);
    gone();
    await place[Symbol.asyncDispose]();
    return why ?? { reason: ended as FinishReason, message };
  });
  waitForWork();
  const own: Kept = {
    lastUsed: performance.now(),
    isRunning: () => runs > 0,
    end,
    kernel: {
      language,
      closed,
      close: () => end("closed", "It was closed."),
      async *run({ source, signal }) {
        checkSource(source);
        if (why !== null) throw new SandboxError("kernel_ended", { message: why.message });
        if (runs > 0) throw new SandboxError("conflict", { message: "This interpreter is at work. Wait or cancel." });
        runs += 1;
        clearTimeout(idle);
        try {
          yield* inTurn(
            ground,
            { person, signal },
            () => {},
            async (turn) => {
              const copyTo = path.join(ground.copies, randomUUID());
              await execute(
                {
                  directory,
                  files: [],
                  language,
                  limits,
                  driver: ground.driver.name,
                  signal: turn.signal,
                  copyTo,
                  start: async (job) => {
                    const { fatal, ...outcome } = await driven.run({ ...job, source });
                    if (fatal) await driven.closed;
                    return outcome;
                  },
                },
                turn.tell,
              );
              return copyTo;
            },
          );
        } finally {
          runs -= 1;
          own.lastUsed = performance.now();
          waitForWork();
        }
      },
    },
  };
  return own;
}

function startDriven(ground: Ground, job: Parameters<NonNullable<Ground["driver"]["openKernel"]>>[0]) {
  if (ground.driver.openKernel === undefined) throw new SandboxError("sandbox_off");
  return ground.driver.openKernel(job);
}
