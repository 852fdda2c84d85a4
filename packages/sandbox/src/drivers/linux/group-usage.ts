import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** Control group folders of one program: of version 2 the same one twice. */
export interface GroupFolders {
  version: 1 | 2;
  memory: string;
  /** Undefined: its processor time is not counted. */
  accounting: string | undefined;
}

export interface GroupUsage {
  cpuMs: number;
  peakMemoryBytes: number;
  /** The kernel has killed something in it for want of memory. */
  killedForMemory: boolean;
}

/** What all that runs in a control group has used so far; nothing, once the group is gone. */
export function groupUsage({ version, memory, accounting }: GroupFolders): GroupUsage {
  return {
    cpuMs: accounting === undefined ? 0 : cpuMilliseconds(version, accounting),
    peakMemoryBytes: Number(
      read(path.join(memory, version === 2 ? "memory.peak" : "memory.max_usage_in_bytes")) ??
        read(path.join(memory, "memory.current")) ??
        0,
    ),
    killedForMemory: /^oom_kill [1-9]/m.test(
      read(path.join(memory, version === 2 ? "memory.events" : "memory.oom_control")) ?? "",
    ),
  };
}

/**
 * The control group of a process of this machine.
 * @param mark what its path must hold, so that it is the group of that container and of nothing else
 * @returns null where it cannot be seen from here
 */
export function groupOfProcess(pid: number, mark: string): GroupFolders | null {
  const lines = (read(`/proc/${pid}/cgroup`) ?? "").split("\n").map((line) => line.split(":"));
  const folderOf = (controller: string): string | undefined => {
    const [, names = "", below = ""] = lines.find(([, names = ""]) => names.split(",").includes(controller)) ?? [];
    if (!below.includes(mark)) return undefined;
    const roots = [names, controller].map((name) => path.join("/sys/fs/cgroup", name, below));
    return roots.find((folder) => existsSync(folder));
  };
  const memory = folderOf("memory");
  if (memory !== undefined) return { version: 1, memory, accounting: folderOf("cpuacct") };
  const unified = folderOf("");
  const isCounted = unified !== undefined && existsSync(path.join(unified, "memory.current"));
  return isCounted ? { version: 2, memory: unified, accounting: unified } : null;
}

function cpuMilliseconds(version: 1 | 2, directory: string): number {
  if (version === 1) return Number(read(path.join(directory, "cpuacct.usage")) ?? 0) / 1e6;
  return Number(/^usage_usec (\d+)/m.exec(read(path.join(directory, "cpu.stat")) ?? "")?.[1] ?? 0) / 1e3;
}

export function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
