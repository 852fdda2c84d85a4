import { readFileSync } from "node:fs";

/** What Linux tells of a process at /proc/<pid>/stat (proc(5)), from field 3, its state, on; null when it is gone. */
export function processStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything; fields are counted behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Whether a process of this machine (Linux) has not ended. One that nobody has asked for its end yet has ended. */
export function isAlive(pid: number): boolean {
  const state = processStat(pid)?.[0];
  return state !== undefined && state !== "Z";
}
