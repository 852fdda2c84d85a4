import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { type ControlGroup, makeControlGroup } from "./control-group.ts";
import { type LauncherStreams, launcherCommand } from "./launch-command.ts";
import type { Machine } from "./machine.ts";
import type { Stage } from "./stage.ts";

/** A shell of ours with one program's streams, in a control group of its own. It knows nothing of the program yet. */
export interface Launcher {
  child: ChildProcess;
  pid: number;
  streams: LauncherStreams<Readable, Writable>;
  group: ControlGroup | null;
  /** Hands it the file with what it is to do. Rejects when it could not be moved into its group: nothing is done then. */
  begin(scriptFile: string): Promise<void>;
  /** Ends it, and removes its group. */
  dismiss(): Promise<void>;
}

/**
 * Keeps one launcher waiting for the next run: to start one and to move it into a group takes the kernel some 15 ms. Each
 * goes to one run and never comes back; one that nobody fetches ends after `waitMs` (0: none waits).
 */
export function keepLaunchers(machine: Machine, stage: Stage, waitMs: number) {
  let waiting: { launcher: Promise<Launcher>; timer: NodeJS.Timeout } | null = null;
  let planned: NodeJS.Timeout | undefined;
  let open = true;

  async function drop(): Promise<void> {
    const found = waiting;
    waiting = null;
    clearTimeout(found?.timer);
    await (await found?.launcher.catch(() => null))?.dismiss();
  }
  function keepOne(): void {
    if (!open || waiting !== null) return;
    const launcher = startLauncher(machine, stage);
    const entry = { launcher, timer: setTimeout(() => void drop(), waitMs).unref() };
    waiting = entry;
    const forget = () => void (waiting === entry && drop());
    launcher.then(({ child }) => child.once("exit", forget), forget);
  }

  return {
    /** Rejects when none can be started. */
    async take(): Promise<Launcher> {
      const found = waiting;
      waiting = null;
      clearTimeout(found?.timer);
      if (waitMs > 0) {
        clearTimeout(planned);
        planned = setTimeout(keepOne, restMs).unref();
      }
      const ready = await found?.launcher.catch(() => null);
      return ready && (await isAlive(ready.pid)) ? ready : await startLauncher(machine, stage);
    },
    async close(): Promise<void> {
      open = false;
      clearTimeout(planned);
      await drop();
    },
  };
}

/** To begin a process holds this one up for some milliseconds, which a run that has just been begun should not feel. */
const restMs = 25;

async function startLauncher(machine: Machine, stage: Stage): Promise<Launcher> {
  const name = `${stage.instance}-${randomUUID()}`;
  const group = machine.groups === null ? null : await makeControlGroup(machine.groups, name);
  let child: ChildProcess;
  try {
    child = spawnLauncher(machine, stage);
  } catch (error) {
    await group?.remove();
    throw error;
  }
  child.on("error", () => {});
  const { pid } = child;
  if (pid === undefined) {
    await group?.remove();
    throw new Error("The launcher of the wall could not be started.");
  }
  const [stdin, stdout, stderr, display, commands, , status, gate] = child.stdio as unknown as [
    Writable,
    Readable,
    Readable,
    Readable,
    Writable,
    null,
    Readable,
    Writable,
  ];
  // A program that does not read its input, or has ended, is no fault of ours.
  for (const stream of [stdin, commands, gate]) stream.on("error", () => {});
  const admitted = admit(group, pid);
  admitted.catch(() => {}); // told by `begin`
  return {
    child,
    pid,
    streams: { stdin, stdout, stderr, display, commands, status },
    group,
    async begin(scriptFile) {
      await admitted;
      gate.end(`${scriptFile}\n`);
    },
    async dismiss() {
      child.kill("SIGKILL");
      await admitted.catch(() => {});
      await group?.remove();
    },
  };
}

/** All that comes of it later is then born inside. Does nothing for one that has ended before. */
async function admit(group: ControlGroup | null, pid: number): Promise<void> {
  try {
    await group?.admit(pid);
  } catch (error) {
    const hasEnded = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!hasEnded) throw error;
  }
}

/** Whether a process has not ended; asked of the kernel, as it may be told later. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return stat !== null && !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

function spawnLauncher(machine: Machine, stage: Stage): ChildProcess {
  const { command, args } = launcherCommand(machine);
  const filter = openSync(stage.filter, "r");
  try {
    return spawn(command, args, {
      cwd: "/",
      env: {},
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe", filter, "pipe", "pipe"],
    });
  } finally {
    closeSync(filter);
  }
}
