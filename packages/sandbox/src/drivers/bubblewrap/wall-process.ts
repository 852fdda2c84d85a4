import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { copyInputs } from "../../running/copy-inputs.ts";
import { lchownTree } from "../../running/open-beneath.ts";
import { isAlive } from "../../running/process-stat.ts";
import type { UserIds } from "../../running/user-ids.ts";
import type { RunLimits } from "../../limits.ts";
import type { SandboxNetwork } from "../../network/network.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { type RunProxy, openRunProxy } from "../linux/run-proxy.ts";
import type { WallProcess } from "../linux/wall-process.ts";
import { launchScript } from "./launch-command.ts";
import type { Launcher, keepLaunchers } from "./launchers.ts";
import type { Machine } from "./machine.ts";
import type { Stage } from "./stage.ts";

/** What one driver shares between its runs. */
export interface Yard {
  machine: Machine;
  stage: Stage;
  launchers: ReturnType<typeof keepLaunchers>;
  /** Font lists of matplotlib on the stage. */
  fonts: string[];
  connect: SandboxNetwork["connect"] | undefined;
  users: UserIds;
}

interface WallRequest {
  id: string;
  language: SandboxLanguage;
  program: string[];
  workDirectory: string;
  inputs: { name: string; hostPath: string }[];
  limits: RunLimits;
  /** What it may reach; through the proxy alone. */
  hosts: string[];
  /** Gives a writable end for descriptor 4. */
  commands: boolean;
}

const watchEveryMs = 100;

/** Puts up a wall and starts a program behind it. Rejects, with nothing left behind, when that cannot be begun. */
export async function startWall(yard: Yard, request: WallRequest): Promise<WallProcess> {
  const { machine, stage } = yard;
  const copies = path.join(stage.runs, request.id);
  const script = path.join(stage.runs, `${request.id}.sh`);
  const uid = yard.users.take(request.workDirectory);
  let launcher: Launcher | null = null;
  let proxy: RunProxy | null = null;
  try {
    launcher = await yard.launchers.take();
    launcher.group?.limit(request.limits);
    if (machine.asRoot) await lchownTree(request.workDirectory, uid);
    if (request.inputs.length > 0) await copyInputs(request.inputs, copies, machine.asRoot ? uid : null);
    if (request.hosts.length > 0) proxy = await openRunProxy(stage.sockets, request, yard.connect);
    const { language, program, workDirectory, limits, commands } = request;
    const text = launchScript({
      machine,
      stage,
      language,
      program,
      workDirectory,
      filesDirectory: request.inputs.length > 0 ? copies : null,
      networkDirectory: proxy?.directory ?? null,
      limits,
      uid,
      commands,
      fonts: language === "python" ? yard.fonts : [],
    });
    await writeFile(script, text, { mode: 0o600 });
  } catch (error) {
    await proxy?.close();
    await launcher?.dismiss();
    await rm(copies, { recursive: true, force: true });
    await rm(script, { force: true });
    yard.users.give(request.workDirectory);
    throw error;
  }
  const { child, group } = launcher;
  const { stdin, stdout, stderr, display, commands, status } = launcher.streams;
  if (!request.commands) commands.destroy();
  const said = readStatus(status);

  let over: "cpu" | "memory" | null = null;
  let cpuLimitMs = request.limits.cpuSeconds * 1000;
  const kill = () => {
    child.kill("SIGKILL"); // Bubblewrap's first process inside dies with it, and with that one all others.
    group?.kill();
  };
  let message: string | undefined;
  const begun = launcher.begin(script).catch((error: Error) => {
    message = `The program was not begun, as its limits could not be set: ${error.message}`;
    kill();
  });
  const watch = setInterval(() => {
    const usage = group?.usage();
    if (usage === undefined) return;
    if (usage.killedForMemory) over ??= "memory";
    else if (usage.cpuMs > cpuLimitMs) over ??= "cpu";
    if (over !== null) kill();
  }, watchEveryMs);

  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  }).then(async () => {
    clearInterval(watch);
    const usage = group?.usage() ?? { cpuMs: 0, peakMemoryBytes: 0, killedForMemory: false };
    if (usage.killedForMemory) over ??= "memory";
    await proxy?.close();
    await begun;
    await group?.remove();
    await finished(status);
    const { exitCode, insidePid } = said;
    if (insidePid !== null) await goneFor(insidePid);
    await Promise.all([stdout, stderr, display].map(finished));
    await rm(copies, { recursive: true, force: true });
    await rm(script, { force: true });
    yard.users.give(request.workDirectory);
    return { exitCode, over, usage, ...(message !== undefined && { message }) };
  });
  return {
    stdin,
    stdout,
    stderr,
    display,
    command: request.commands ? async (line) => void commands.write(`${line}\n`) : null,
    kill,
    usage: async () => group?.usage() ?? { cpuMs: 0, peakMemoryBytes: 0 },
    async allowCpu(seconds) {
      cpuLimitMs = (group?.usage().cpuMs ?? 0) + seconds * 1000;
    },
    ended,
  };
}

/** What bubblewrap tells of the program: one JSON object per line. */
function readStatus(status: Readable): { exitCode: number | null; insidePid: number | null } {
  const said: { exitCode: number | null; insidePid: number | null } = { exitCode: null, insidePid: null };
  let text = "";
  status.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    const exit = /"exit-code": (\d+)/.exec(text);
    const inside = /"child-pid": (\d+)/.exec(text);
    if (exit !== null) said.exitCode = Number(exit[1]);
    if (inside !== null) said.insidePid = Number(inside[1]);
  });
  return said;
}

/**
 * Waits until bubblewrap's first process inside, and so all others, are dead; being reaped is the machine's affair.
 * Killed in the moment of its birth, bubblewrap leaves that process waiting for its parent: it is killed here.
 */
async function goneFor(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (!isAlive(pid)) return;
    if (attempt === 50) killQuietly(pid);
    await sleep(2);
  }
}

function finished(stream: Readable): Promise<void> {
  if (stream.destroyed || stream.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("close", () => resolve());
    stream.once("end", () => resolve());
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}
