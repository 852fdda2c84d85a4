import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunLimits } from "../../limits.ts";
import { type GroupUsage, groupUsage, read } from "../linux/group-usage.ts";

/** Where this process may make control groups below its own, so that what bounds the server bounds its runs too. */
export interface ControlGroups {
  version: 1 | 2;
  /** Version 2: one folder. Version 1: one per controller. */
  parents: { controller: "all" | "memory" | "pids" | "cpuacct"; directory: string }[];
}

export interface ControlGroup {
  directories: string[];
  /** Throws where a limit cannot be set. */
  limit(limits: Pick<RunLimits, "memoryBytes" | "processes">): void;
  /**
   * Moves a process in; rejects where it cannot. The first move after a while waits some 10 ms in the kernel, until all
   * processors have passed by.
   */
  admit(pid: number): Promise<void>;
  usage(): GroupUsage;
  /** Kills all that is in it now. */
  kill(): void;
  /** Kills until nothing is left in it, and removes it. */
  remove(): Promise<void>;
}

export const groupPrefix = "mindmesh-run-";
/**
 * Runs yield to the server, whose group has 100. In version 1 a server in the root group competes process by process,
 * and less than the standard share would starve a run on a busy machine.
 */
const weight = "50";

/** Null with a reason where control groups cannot be used. */
export async function findControlGroups(): Promise<{ groups: ControlGroups } | { reason: string }> {
  let own: string;
  try {
    own = await readFile("/proc/self/cgroup", "utf8");
  } catch {
    return { reason: "This system has no control groups." };
  }
  const groups = versionTwo(own) ?? versionOne(own);
  if (groups === null) return { reason: "Memory and process control groups are not set up or not delegated." };
  try {
    const group = await makeControlGroup(groups, `test-${process.pid}`);
    try {
      group.limit({ memoryBytes: 64 * 2 ** 20, processes: 16 });
    } finally {
      await group.remove();
    }
    return { groups };
  } catch (error) {
    return { reason: `Control groups cannot be made (${error instanceof Error ? error.message : String(error)}).` };
  }
}

function versionTwo(own: string): ControlGroups | null {
  const line = own.split("\n").find((line) => line.startsWith("0::"));
  if (line === undefined || !existsSync("/sys/fs/cgroup/cgroup.controllers")) return null;
  // A group with processes of its own cannot hand controllers down; a service manager that delegates puts the server
  // into a leaf (systemd: Delegate=yes with DelegateSubgroup=), and the runs go beside it.
  const directory = path.join("/sys/fs/cgroup", line.slice(3));
  const found = [directory, path.dirname(directory)].find((candidate) => {
    if (!candidate.startsWith("/sys/fs/cgroup")) return false;
    const enabled = read(path.join(candidate, "cgroup.subtree_control"))?.split(/\s+/) ?? [];
    if (["memory", "pids"].every((name) => enabled.includes(name))) return true;
    for (const name of ["memory", "pids", "cpu"]) write(path.join(candidate, "cgroup.subtree_control"), `+${name}`);
    const after = read(path.join(candidate, "cgroup.subtree_control"))?.split(/\s+/) ?? [];
    return ["memory", "pids"].every((name) => after.includes(name));
  });
  return found === undefined ? null : { version: 2, parents: [{ controller: "all", directory: found }] };
}

function versionOne(own: string): ControlGroups | null {
  const parents: ControlGroups["parents"] = [];
  for (const line of own.split("\n")) {
    const [, controllers = "", below = ""] = line.split(":");
    for (const controller of ["memory", "pids", "cpuacct"] as const) {
      if (!controllers.split(",").includes(controller)) continue;
      const root = [controllers, controller].map((name) => `/sys/fs/cgroup/${name}`).find((root) => existsSync(root));
      if (root === undefined) continue;
      // Inside a container the path may be the host's; the root is then the container's own group.
      const directory = [path.join(root, below), root].find((candidate) => existsSync(candidate));
      if (directory !== undefined) parents.push({ controller, directory });
    }
  }
  const found = new Set(parents.map(({ controller }) => controller));
  return found.has("memory") && found.has("pids") ? { version: 1, parents } : null;
}

/** Without limits at first. Throws where the folders cannot be made. */
export async function makeControlGroup({ version, parents }: ControlGroups, id: string): Promise<ControlGroup> {
  const directories = [...new Set(parents.map(({ directory }) => path.join(directory, `${groupPrefix}${id}`)))];
  const of = (controller: string) => {
    const parent = parents.find((parent) => parent.controller === controller || parent.controller === "all");
    return parent && path.join(parent.directory, `${groupPrefix}${id}`);
  };
  const memory = of("memory") ?? "";
  const pids = of("pids") ?? "";
  const accounting = of("cpuacct");
  try {
    for (const directory of directories) await mkdir(directory, { recursive: true });
  } catch (error) {
    for (const directory of directories) await rmdir(directory).catch(() => {});
    throw error;
  }
  return {
    directories,
    limit({ memoryBytes, processes }) {
      // The launcher and bubblewrap's two processes count as well.
      must(path.join(pids, "pids.max"), String(processes + 3));
      if (version === 2) {
        must(path.join(memory, "memory.max"), String(memoryBytes));
        write(path.join(memory, "memory.swap.max"), "0");
        write(path.join(memory, "memory.oom.group"), "1");
        write(path.join(memory, "cpu.weight"), weight);
      } else {
        must(path.join(memory, "memory.limit_in_bytes"), String(memoryBytes));
        write(path.join(memory, "memory.memsw.limit_in_bytes"), String(memoryBytes));
      }
    },
    async admit(pid) {
      for (const directory of directories) {
        await writeFile(path.join(directory, "cgroup.procs"), String(pid), { flag: "r+" });
      }
    },
    usage: () => groupUsage({ version, memory, accounting }),
    kill: () => directories.slice(0, 1).forEach(killAll),
    remove: () => removeControlGroups(directories),
  };
}

/** Kills all processes of the groups, waits until they are gone and removes the folders. Absent folders are fine. */
export async function removeControlGroups(directories: string[]): Promise<void> {
  for (const directory of directories) {
    for (let attempt = 0; existsSync(directory) && attempt < 500; attempt += 1) {
      if (!killAll(directory)) {
        try {
          await rmdir(directory);
          break;
        } catch (error) {
          const code = error instanceof Error && "code" in error ? error.code : null;
          if (code !== "EBUSY" && code !== "ENOENT") throw error;
        }
      }
      await sleep(Math.min(2 + attempt, 20));
    }
  }
}

/** Gives back whether there was anything to kill. */
function killAll(directory: string): boolean {
  const processes = (read(path.join(directory, "cgroup.procs")) ?? "").split("\n").filter(Boolean);
  if (processes.length > 0 && !write(path.join(directory, "cgroup.kill"), "1")) {
    for (const id of processes) killProcess(Number(id));
  }
  return processes.length > 0;
}

function killProcess(id: number): void {
  try {
    // 0 is a process that this namespace of processes cannot see.
    if (id > 0) process.kill(id, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}

function must(file: string, value: string): void {
  const descriptor = openSync(file, "w");
  try {
    writeSync(descriptor, value);
  } finally {
    closeSync(descriptor);
  }
}

function write(file: string, value: string): boolean {
  if (!existsSync(file)) return false;
  try {
    must(file, value);
    return true;
  } catch {
    return false;
  }
}
