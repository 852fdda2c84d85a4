import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { keepReady } from "../../running/keep-ready.ts";
import { isAlive } from "../../running/process-stat.ts";
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

/** To start a launcher and to move it into a group takes the kernel some 15 ms: one waits for the next run (decision 0162). */
export function keepLaunchers(machine: Machine, stage: Stage, waitMs: number) {
  return keepReady<void, Launcher>({
    start: () => startLauncher(machine, stage),
    end: (launcher) => launcher.dismiss(),
    ended: ({ child }) => new Promise((resolve) => child.once("exit", resolve)),
    isAlive: ({ pid }) => isAlive(pid),
    waitMs,
    // To begin a process holds this one up for some milliseconds, which a run that has just been begun should not feel.
    restMs: 25,
  });
}

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
