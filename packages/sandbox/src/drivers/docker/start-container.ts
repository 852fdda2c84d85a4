import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { z } from "zod";
import type { DriverJob, DriverOutcome } from "../../driver.ts";
import type { RunLimits } from "../../limits.ts";
import type { SandboxNetwork } from "../../network/network.ts";
import { copyInputs } from "../../running/copy-inputs.ts";
import { lchownTree } from "../../running/open-beneath.ts";
import type { UserIds } from "../../running/user-ids.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { runProgram } from "../linux/run-program.ts";
import { type RunProxy, openRunProxy } from "../linux/run-proxy.ts";
import type { WallProcess } from "../linux/wall-process.ts";
import { containerBody } from "./container-body.ts";
import type { Engine } from "./engine.ts";
import { type FollowedFile, followFile } from "./follow-file.ts";
import { type Meter, openMeter } from "./meter.ts";
import { readStreams } from "./read-streams.ts";

/** What one driver shares between its runs. */
export interface Dock {
  engine: Engine;
  image: string;
  runtime: string | null;
  filter: string | null;
  label: string;
  /** Host folder of what runs need beside their working directory. */
  runs: string;
  /** Host folder of the sockets of proxies. */
  sockets: string;
  connect: SandboxNetwork["connect"] | undefined;
  users: UserIds;
  /** Containers that could not be removed, as the engine was gone. */
  left: Set<string>;
}

interface ContainerRequest {
  id: string;
  language: SandboxLanguage;
  program: string[];
  workDirectory: string;
  inputs: { name: string; hostPath: string }[];
  limits: RunLimits;
  hosts: string[];
  /** It takes commands in the place of input. */
  commands: boolean;
}

const created = z.object({ Id: z.string().regex(/^[0-9a-zA-Z_.-]+$/) });
const waited = z.object({ StatusCode: z.number().int() });
const inspected = z.object({ State: z.object({ OOMKilled: z.boolean() }) });

const measureEveryMs = 100;
const killedExitCode = 137;
/** An engine that has not ended a container so long after it was asked to is taken for gone. */
const killPatienceMs = 10_000;

/** Runs one program in a container of its own, which is gone when this resolves. */
export async function runContainer(dock: Dock, job: DriverJob): Promise<DriverOutcome> {
  return runProgram(await startContainer(dock, { ...job, program: [`/data/work/${job.entry}`], commands: false }), job);
}

/** Starts a program in a container of its own. Rejects, with nothing left behind, when that cannot be begun. */
export async function startContainer(dock: Dock, request: ContainerRequest): Promise<WallProcess> {
  const { engine } = dock;
  // No run begins beside one that was lost.
  for (const lost of dock.left) await removeContainer(dock, lost);
  const folder = path.join(dock.runs, request.id);
  const asRoot = process.getuid?.() === 0;
  const uid = asRoot ? dock.users.take(request.workDirectory) : (process.getuid?.() ?? 65_534);
  const gid = asRoot ? uid : (process.getgid?.() ?? 65_534);
  const displayFile = path.join(folder, "display");
  const filesDirectory = path.join(folder, "files");
  let id: string | null = null;
  let proxy: RunProxy | null = null;
  let shown: FollowedFile | null = null;
  const clear = async () => {
    if (id !== null) await removeContainer(dock, id).catch(() => undefined);
    await proxy?.close();
    await shown?.stop();
    await rm(folder, { recursive: true, force: true });
    if (asRoot) dock.users.give(request.workDirectory);
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(displayFile, "");
    if (asRoot) await Promise.all([lchownTree(request.workDirectory, uid), chown(displayFile, uid, gid)]);
    await copyInputs(request.inputs, filesDirectory, asRoot ? uid : null);
    if (request.hosts.length > 0) proxy = await openRunProxy(dock.sockets, request, dock.connect);
    const networkDirectory = proxy?.directory ?? null;
    const body = containerBody({ ...dock, ...request, filesDirectory, networkDirectory, displayFile, uid, gid });
    id = created.parse(await engine.ask("POST", "/containers/create", { body })).Id;
    const socket = await engine.attach(id);
    socket.on("error", () => undefined);
    shown = await followFile(displayFile);
    await engine.ask("POST", `/containers/${id}/start`);
    const meter = await openMeter(engine, id);
    return underWatch(dock, request, { id, socket, shown, meter, clear });
  } catch (error) {
    await clear();
    throw error;
  }
}

interface Started {
  id: string;
  socket: Awaited<ReturnType<Engine["attach"]>>;
  shown: FollowedFile;
  meter: Meter;
  clear(): Promise<void>;
}

function underWatch(
  { engine, runtime }: Dock,
  { limits, commands }: ContainerRequest,
  { id, socket, shown, meter, clear }: Started,
): WallProcess {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = readStreams(socket, (name, bytes) => void streams[name].write(bytes));
  // It ends early with an engine that goes away, which the wait below tells of.
  said.catch(() => undefined);

  const gaveUp = new AbortController();
  let isKilled = false;
  const kill = () => {
    if (isKilled) return;
    isKilled = true;
    setTimeout(() => gaveUp.abort(), killPatienceMs).unref();
    // 404, 409: it has ended already.
    const asked = engine.ask("POST", `/containers/${id}/kill?signal=KILL`, { also: [404, 409] });
    asked.catch(() => undefined);
  };
  let cpuLimitMs = limits.cpuSeconds * 1000;
  let isOver = false;
  const timer = setInterval(() => {
    void meter.measure().then(({ cpuMs }) => {
      isOver ||= cpuMs > cpuLimitMs;
      if (isOver) kill();
    });
  }, measureEveryMs);

  const end = async () => {
    try {
      const waiting = `/containers/${id}/wait?condition=not-running`;
      const { StatusCode: exitCode } = waited.parse(
        await engine.ask("POST", waiting, { timeoutMs: null, signal: gaveUp.signal }),
      );
      await said;
      const usage = meter.latest();
      const { State } = inspected.parse(await engine.ask("GET", `/containers/${id}/json`));
      if (isOver) return { exitCode: null, over: "cpu" as const, usage };
      if (isKilled) return { exitCode: null, over: null, usage };
      // What is killed with the whole of gVisor is not told as such.
      const isOutOfMemory =
        State.OOMKilled || usage.killedForMemory || (exitCode === killedExitCode && runtime !== null);
      return isOutOfMemory ? { exitCode: null, over: "memory" as const, usage } : { exitCode, over: null, usage };
    } catch (error) {
      const message =
        `Docker's engine lost this program (${error instanceof Error ? error.message : String(error)}). ` +
        "What is left of its container is removed when the engine answers again.";
      return { exitCode: null, over: null, usage: meter.latest(), message };
    } finally {
      gaveUp.abort();
      clearInterval(timer);
      socket.destroy();
      streams.stdout.end();
      streams.stderr.end();
      await clear();
    }
  };
  return {
    stdin: commands ? new PassThrough().resume() : socket,
    ...streams,
    display: shown.stream,
    command: commands
      ? async (line) => {
          // It has a largest size, which all that one interpreter ever shows would reach.
          await shown.empty();
          socket.write(`${line}\n`);
        }
      : null,
    kill,
    usage: meter.measure,
    async allowCpu(seconds) {
      cpuLimitMs = (await meter.measure()).cpuMs + seconds * 1000;
    },
    ended: end(),
  };
}

/** @throws what the engine does while it is gone; the container then stays on the list of what is to be removed. */
async function removeContainer({ engine, left }: Dock, id: string): Promise<void> {
  left.add(id);
  await engine.ask("DELETE", `/containers/${id}?force=1&v=1`, { also: [404, 409] });
  left.delete(id);
}
