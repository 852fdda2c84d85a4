import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { SandboxDriver } from "./driver.ts";
import { bubblewrapDriver } from "./drivers/bubblewrap/bubblewrap.ts";
import { denoDriver } from "./drivers/deno/index.ts";
import { type ContainerSettings, dockerDriver } from "./drivers/docker/docker-driver.ts";
import type { SandboxNetwork } from "./network/network.ts";
import { type RunLimits, defaultLimits, resolveLimits } from "./limits.ts";
import { checkInputs, checkRun } from "./running/check-request.ts";
import { execute } from "./running/execute.ts";
import { fairQueue } from "./running/fair-queue.ts";
import { type Ground, checkOffer, inTurn, occupy } from "./running/ground.ts";
import { keptKernels } from "./running/kept-kernels.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { RunEvent, RunRequest, Sandbox } from "./sandbox.ts";

export interface SandboxOptions {
  /** The sandbox's own host folder, for what it must find again after a crash. */
  directory: string;
  /** Best first. Standard: `standardDrivers`. */
  drivers?: SandboxDriver[];
  /** How runs reach the hosts that they may; absent: they reach none. For the standard drivers. */
  network?: SandboxNetwork;
  /** Runs get containers where the operator has named an image. For the standard drivers. */
  containers?: ContainerSettings | undefined;
  /** So many programs at once on this machine, and so many kernels kept. */
  concurrency: number;
  /** So many may wait. Standard: 100. */
  queueLimit?: number;
  /** Standard limits of a run. */
  limits?: Partial<RunLimits>;
  log: (message: string, details?: Record<string, unknown>) => void;
}

/**
 * The walls of this machine, best first: containers where the operator wants them. `directory` is the host folder in which
 * each has its own; without `network` no host is ever reached.
 */
export function standardDrivers(
  directory: string,
  network?: SandboxNetwork,
  containers?: ContainerSettings,
): SandboxDriver[] {
  return [
    ...(containers
      ? [dockerDriver({ directory: path.join(directory, "docker"), ...containers, connect: network?.connect })]
      : []),
    bubblewrapDriver({ directory: path.join(directory, "bubblewrap"), connect: network?.connect }),
    denoDriver({ directory: path.join(directory, "deno"), fetch: network?.fetch }),
  ];
}

/**
 * Asks each driver for its self-test and takes the first that passes. When none does, code execution is off: every
 * call throws `sandbox_off` with the reasons. Throws `invalid_fields` for standard limits beyond the bounds.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, concurrency, queueLimit = 100, log } = options;
  const limits = resolveLimits(options.limits ?? {}, defaultLimits);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const refusals: string[] = [];
  for (const driver of options.drivers ?? standardDrivers(directory, options.network, options.containers)) {
    const report = await driver.selfTest();
    if (!report.passed) {
      refusals.push(`${driver.name}: ${report.reason}`);
      await driver.close();
      continue;
    }
    log("Code runs behind a wall", { driver: driver.name, passedOver: refusals, gaps: report.gaps });
    const copies = path.join(directory, "copies");
    await rm(copies, { recursive: true, force: true });
    return standing({ driver, report, limits, copies, concurrency, queueLimit });
  }
  const reason = refusals.length === 0 ? "No sandbox driver is available on this machine." : refusals.join(" ");
  log("Code execution is off", { reason });
  return off(reason);
}

function standing(
  given: Pick<Ground, "driver" | "report" | "limits" | "copies"> & { concurrency: number; queueLimit: number },
): Sandbox {
  const closing = new AbortController();
  const { driver, report, concurrency, queueLimit } = given;
  const queue = fairQueue({ concurrency, limit: queueLimit });
  const ground: Ground = { ...given, queue, busy: new Map(), closing: closing.signal };
  const kernels = keptKernels(ground, concurrency);
  const active = new Set<Promise<void>>();
  return {
    run(request) {
      return oneRun(ground, request, (done) => {
        active.add(done);
        void done.finally(() => active.delete(done));
      });
    },
    openKernel: (request) => kernels.open(request),
    describe: () => ({
      driver: driver.name,
      guards: report.guards,
      gaps: report.gaps,
      languages: report.languages,
      running: queue.running(),
      waiting: queue.waiting(),
    }),
    async close() {
      closing.abort();
      await Promise.all([...active, kernels.close()]);
      await driver.close();
      await rm(given.copies, { recursive: true, force: true });
    },
  };
}

async function* oneRun(
  ground: Ground,
  request: RunRequest,
  track: (done: Promise<void>) => void,
): AsyncGenerator<RunEvent, void, undefined> {
  const limits = resolveLimits(request.limits ?? {}, ground.limits);
  const { entry, files } = checkRun(request, limits);
  const inputs = request.inputs ?? [];
  await checkInputs(inputs);
  const hosts = request.hosts ?? [];
  checkOffer(ground, request.language, hosts);

  const id = randomUUID();
  yield* inTurn(ground, request, track, async ({ signal, tell }) => {
    const copyTo = ground.busy.has(request.directory) ? path.join(ground.copies, id) : null;
    await using _place = occupy(ground.busy, request.directory);
    await execute(
      {
        directory: request.directory,
        files,
        language: request.language,
        limits,
        driver: ground.driver.name,
        signal,
        copyTo,
        start: (job) =>
          ground.driver.run({
            ...job,
            id,
            workDirectory: request.directory,
            inputs,
            limits,
            hosts,
            language: request.language,
            entry,
            stdin: request.stdin ?? new Uint8Array(),
          }),
      },
      tell,
    );
    return copyTo;
  });
}

function off(reason: string): Sandbox {
  const refuse = (): never => {
    throw new SandboxError("sandbox_off", { message: reason });
  };
  return {
    // oxlint-disable-next-line require-yield
    async *run() {
      refuse();
    },
    openKernel: async () => refuse(),
    describe: () => ({ driver: null, reason, guards: [], gaps: [], languages: [], running: 0, waiting: 0 }),
    close: async () => {},
  };
}
