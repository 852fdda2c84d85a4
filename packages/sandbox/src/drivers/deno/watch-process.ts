import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { processStat } from "../../running/process-stat.ts";

/** What a process has used so far. */
export interface ProcessUse {
  /** Resident memory now, in bytes. */
  memoryBytes: number;
  cpuMs: number;
  threads: number;
}

// Linux counts a process's time in ticks of USER_HZ, which is 100 on every architecture that Node runs on.
const tickMs = 10;

function readLinux(pid: number): ProcessUse | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const fields = processStat(pid);
    if (fields === null) return undefined;
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return {
      memoryBytes: number("VmRSS") * 1024,
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      threads: number("Threads"),
    };
  } catch {
    return undefined; // It has ended.
  }
}

/** `ps` on macOS and BSD: kilobytes, then minutes:seconds.hundredths. */
function readByPs(pid: number): Promise<ProcessUse | undefined> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", "rss=,time=", "-p", String(pid)], (error, text) => {
      const found = error ? null : /(\d+)\s+(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)/.exec(text);
      if (!found) return resolve(undefined);
      const seconds = Number(found[2] ?? 0) * 3600 + Number(found[3]) * 60 + Number(found[4]);
      return resolve({ memoryBytes: Number(found[1]) * 1024, cpuMs: seconds * 1000, threads: 1 });
    });
  });
}

/** Whether memory and processor time of another process can be seen on this system. */
export const canWatchProcesses = process.platform !== "win32";

/**
 * Looks at a process again and again until `stop`: every 20 ms where that is a file (a loop that fills memory writes some
 * ten megabytes in that time), every 500 ms through `ps`.
 * @returns what was seen: processor time since the start of watching, and the most memory
 */
export function watchProcess(pid: number, look: (use: ProcessUse) => void) {
  const first = process.platform === "linux" ? readLinux(pid) : undefined;
  let before = first?.cpuMs;
  const seen = { cpuMs: 0, peakMemoryBytes: first?.memoryBytes ?? 0 };
  const take = (use: ProcessUse | undefined) => {
    if (!use) return;
    before ??= use.cpuMs;
    seen.cpuMs = use.cpuMs - before;
    seen.peakMemoryBytes = Math.max(seen.peakMemoryBytes, use.memoryBytes);
    look({ ...use, cpuMs: seen.cpuMs });
  };
  const read = () => {
    if (process.platform === "linux") take(readLinux(pid));
    else void readByPs(pid).then(take);
  };
  const timer = canWatchProcesses ? setInterval(read, process.platform === "linux" ? 20 : 500) : undefined;
  return {
    stop() {
      clearInterval(timer);
      if (process.platform === "linux") take(readLinux(pid));
      return seen;
    },
  };
}
