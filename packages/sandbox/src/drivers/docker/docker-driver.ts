import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { DriverReport, SandboxDriver } from "../../driver.ts";
import type { SandboxNetwork } from "../../network/network.ts";
import { userIds } from "../../running/user-ids.ts";
import { keepInterpreter, keptPrograms } from "../linux/keep-interpreter.ts";
import { ownLabel } from "./container-body.ts";
import { type Engine, EngineRefused, openEngine } from "./engine.ts";
import { seccompProfile } from "./seccomp-profile.ts";
import { testContainers } from "./self-test.ts";
import { type Dock, runContainer, startContainer } from "./start-container.ts";

/** Which containers code runs in. */
export interface ContainerSettings {
  /** On the engine's machine already, with `sh`, and `python3` and `node` for these languages. */
  image: string;
  /** Of Docker's engine. Standard: /var/run/docker.sock. */
  socketPath?: string | undefined;
}

/** gVisor's runtime, under the name that its installation gives it. */
const strongRuntime = "runsc";

const version = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});
const information = z.object({ Runtimes: z.record(z.string(), z.unknown()).nullish() });
const listed = z.array(z.object({ Id: z.string() }));

interface DockerOptions extends ContainerSettings {
  directory: string;
  /** How a run reaches the hosts that an admin allows; without it, none is reached. */
  connect?: SandboxNetwork["connect"] | undefined;
}

/**
 * The wall of containers: one per run, by Docker's engine, under gVisor's runtime where it is installed. `directory` is the
 * driver's own folder on the host, which must be the engine's host too.
 */
export function dockerDriver({ directory, image, socketPath, connect }: DockerOptions): SandboxDriver {
  const socket = socketPath ?? "/var/run/docker.sock";
  let dock: Dock | null = null;
  let reachesHosts = false;
  const here = (): Dock => {
    if (dock === null) throw new Error("The self-test of Docker has not passed.");
    return dock;
  };

  async function open(): Promise<Dock> {
    const { ApiVersion, Components } = version.parse(await openEngine(socket, null).ask("GET", "/version"));
    const engine = openEngine(socket, ApiVersion);
    const { Runtimes } = information.parse(await engine.ask("GET", "/info"));
    await engine.ask("GET", `/images/${encodeURIComponent(image)}/json`);
    const runs = path.join(directory, "runs");
    const sockets = path.join(directory, "net");
    for (const folder of [runs, sockets]) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    const label = createHash("sha256").update(path.resolve(directory)).digest("hex").slice(0, 16);
    const runtime = Object.hasOwn(Runtimes ?? {}, strongRuntime) ? strongRuntime : null;
    const isPodman = Components?.some(({ Name }) => Name === "Podman Engine") === true;
    const filter = await filterFor(isPodman, directory);
    await sweep(engine, label);
    return { engine, image, runtime, filter, label, runs, sockets, connect, users: userIds(), left: new Set() };
  }

  return {
    name: "docker",
    get reachesHosts() {
      return reachesHosts;
    },
    async selfTest(): Promise<DriverReport> {
      try {
        const opened = await open();
        const { canReachHosts, ...report } = await testContainers(opened);
        reachesHosts = canReachHosts && connect !== undefined;
        if (report.passed) dock = opened;
        return report;
      } catch (error) {
        return { passed: false, reason: whyNot(error, socket, image) };
      }
    },
    run: (job) => runContainer(here(), job),
    async openKernel(job) {
      const program = [keptPrograms[job.language]];
      return keepInterpreter(await startContainer(here(), { ...job, program, commands: true }), job.limits);
    },
    async close() {
      if (dock === null) return;
      await sweep(dock.engine, dock.label).catch(() => undefined);
      for (const folder of [dock.runs, dock.sockets]) await rm(folder, { recursive: true, force: true });
      dock = null;
    },
  };
}

/** Docker takes a filter of system calls as JSON, Podman the path of a file with it. */
async function filterFor(isPodman: boolean, directory: string): Promise<string | null> {
  const profile = seccompProfile();
  if (profile === null || !isPodman) return profile;
  const file = path.join(directory, "seccomp.json");
  await writeFile(file, profile);
  return file;
}

/** Removes the containers that a crashed server of this folder left. */
async function sweep(engine: Engine, label: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${ownLabel}=${label}`] }));
  const left = listed.parse(await engine.ask("GET", `/containers/json?all=1&filters=${filters}`));
  for (const { Id } of left) await engine.ask("DELETE", `/containers/${Id}?force=1&v=1`, { also: [404, 409] });
}

function whyNot(error: unknown, socket: string, image: string): string {
  if (error instanceof EngineRefused && error.status === 404) {
    return `The image ${image} is not on this machine (${error.message}). Get it with "docker pull ${image}".`;
  }
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOENT" || code === "ECONNREFUSED") return `No Docker engine answers at ${socket}.`;
  if (code === "EACCES") return `This server may not speak to Docker at ${socket}: add its user to the group "docker".`;
  return `Docker at ${socket} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
