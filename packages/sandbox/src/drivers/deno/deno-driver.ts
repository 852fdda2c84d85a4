import type { DriverJob, DriverKernel, DriverKernelJob, SandboxDriver } from "../../driver.ts";
import { fetchAllowedHosts } from "../../network/fetch-allowed-hosts.ts";
import type { SandboxNetwork } from "../../network/network.ts";
import { keepReady } from "../../running/keep-ready.ts";
import { type Guest, startGuest } from "./guest.ts";
import { readRunFile } from "./host-files.ts";
import { type GuestPackages, locatePackages } from "./packages.ts";
import { type GuestFetch, runInGuest } from "./run-in-guest.ts";
import { testWalls } from "./self-test.ts";
import { pythonSnapshot } from "./snapshot.ts";
import { join } from "node:path";

export interface DenoDriverOptions {
  /** Host folder of this driver, kept between starts of the server: the image of a started Python lies there. */
  directory: string;
  /** How a run reaches the hosts that an admin allows; without it, none is reached. */
  fetch?: SandboxNetwork["fetch"] | undefined;
  /** So long a started interpreter waits for somebody. Standard: 5 minutes; 0: none waits. */
  warmMs?: number;
}

const noNetwork: GuestFetch = () => Promise.reject(new Error("No host can be reached from here."));

/**
 * The wall that needs no rights and no installation: interpreters compiled to WebAssembly (Pyodide, QuickJS) in a process of
 * Deno that holds no permission at all.
 */
export function denoDriver({ directory, fetch: guarded, warmMs = 5 * 60_000 }: DenoDriverOptions): SandboxDriver {
  const fetch = guarded ? fetchAllowedHosts(guarded) : noNetwork;
  let packages: GuestPackages | undefined;
  const image = new Map<string, Promise<Uint8Array | undefined>>();
  const snapshot = (found: GuestPackages) => {
    const made = image.get(found.pyodideVersion) ?? pythonSnapshot(found, directory);
    image.set(found.pyodideVersion, made);
    return made;
  };
  const guestsOf = (language: Guest["language"]) =>
    keepReady({
      async start(memoryBytes: number) {
        packages ??= locatePackages();
        return startGuest(
          packages,
          language,
          memoryBytes,
          language === "python" ? await snapshot(packages) : undefined,
        );
      },
      end: (guest) => guest.kill(),
      ended: ({ exited }) => exited,
      isAlive: () => true,
      waitMs: warmMs,
      restMs: 0,
    });
  const guests = { python: guestsOf("python"), javascript: guestsOf("javascript") };

  return {
    name: "deno",
    reachesHosts: guarded !== undefined,
    selfTest: () =>
      testWalls(
        () => (packages ??= locatePackages()),
        (language, memoryBytes) => guests[language].take(memoryBytes),
      ),
    async run(job) {
      if (job.language === "shell") return refuseShell(job);
      const source = new TextDecoder().decode(await readRunFile(join(job.workDirectory, job.entry)));
      const guest = await guests[job.language === "python" ? "python" : "javascript"].take(job.limits.memoryBytes);
      try {
        return await runInGuest(guest, {
          ...job,
          source,
          typescript: job.language === "typescript",
          keep: false,
          sent: new Map(),
          fetch,
        });
      } finally {
        await guest.kill();
      }
    },
    openKernel: (job) => openKernel(job),
    async close() {
      await Promise.all([guests.python.close(), guests.javascript.close()]);
    },
  };

  async function openKernel(job: DriverKernelJob): Promise<DriverKernel> {
    const guest = await guests[job.language].take(job.limits.memoryBytes);
    const sent = new Map<string, string>();
    let end: { ended: "exit" | "cpu" | "memory" | "lost"; message: string } | undefined;
    let cells = 0;
    let last = Promise.resolve();
    return {
      async run({ source, ...rest }) {
        cells += 1;
        // Each source has a name of its own, so that an error in a function of an earlier one shows the right lines.
        const entry = `<cell ${cells}>`;
        const running = runInGuest(guest, {
          ...job,
          ...rest,
          source,
          entry,
          stdin: new Uint8Array(),
          typescript: false,
          keep: true,
          sent,
          fetch,
        });
        last = running.then(({ alive, ended, message }) => {
          if (!alive) end ??= { ended, message: message ?? "The run was stopped, and the interpreter with it." };
        });
        const { alive, ...outcome } = await running;
        return { ...outcome, fatal: !alive };
      },
      async close() {
        end ??= { ended: "exit", message: "The interpreter was closed." };
        await guest.kill();
      },
      closed: guest.exited.then(async () => {
        await last.catch(() => undefined);
        return end ?? { ended: "lost", message: "The interpreter ended without saying why." };
      }),
    };
  }
}

function refuseShell(job: DriverJob) {
  const message =
    "Shell cannot run here: this server has only the sandbox of Deno, with Python, JavaScript and TypeScript. " +
    "On Linux, the operator can install bubblewrap; shell runs then.";
  job.output("stderr", new TextEncoder().encode(`${message}\n`));
  return { ended: "exit" as const, exitCode: 127, message, cpuMs: 0, peakMemoryBytes: 0 };
}
