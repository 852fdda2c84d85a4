import { type ChildProcess, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir, readFile, readlink, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { StartError } from "../start-error.ts";
import { type Account, spawnAs } from "./account.ts";
import type { PostgresBinaries } from "./binaries.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { explainFailure } from "./failures.ts";

/** A PostgreSQL server process (postmaster) that answers on `port` of the loopback address. */
export type Postmaster = { process: ChildProcess; port: number };

const readyLimitMs = 60_000; // recovery after a crash replays the log, which can take a while
const stopLimitMs = 30_000;
const keepLogBytes = 10 * 1024 * 1024;

/**
 * Starts PostgreSQL on the cluster and waits until it accepts connections.
 * `port` undefined means any free one. Throws StartError with the reason and what to do.
 */
export async function startPostmaster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  account: Account,
  settings: Record<string, string>,
  port?: number,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort());
    const log = await openLog(paths);
    const args = { ...settings, listen_addresses: "127.0.0.1", port: String(chosen), unix_socket_directories: "" };
    const flags = Object.entries(args).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawnAs(account, binaries.postgres, ["-D", paths.data, ...flags], {
      stdio: ["ignore", log.handle.fd, log.handle.fd],
      cwd: paths.home,
    });
    const failure = await whenReady(child, paths);
    const output = failure === undefined ? "" : await textSince(paths.logFile, log.length);
    await log.handle.close();
    if (failure === undefined) return { process: child, port: chosen };
    // After a kill -9 of the server process its children need a moment to notice and end; and another program may
    // have taken the free port in between.
    const passing = /pre-existing shared memory block|Address already in use|lock file .* already exists/.test(output);
    if (!passing || attempt === 20) throw new StartError(explainFailure(failure, output, paths));
    await wait(200);
  }
}

/** Ends PostgreSQL after it has rolled back what was open and written a checkpoint; resolves when it is gone. */
export async function stopPostmaster(
  child: ChildProcess,
  paths: ClusterPaths,
  binaries: PostgresBinaries,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (process.platform === "win32") {
    await promisify(execFile)(binaries.pgCtl, ["stop", "-D", paths.data, "-m", "fast", "-w"], { windowsHide: true });
    return gone;
  }
  child.kill("SIGINT");
  const late = setTimeout(() => child.kill("SIGQUIT"), stopLimitMs);
  await gone.finally(() => clearTimeout(late));
}

/**
 * Ends a PostgreSQL that a killed server left behind on this cluster, and removes a stale lock file whose process id
 * now belongs to somebody else. Gives back whether one was stopped.
 */
export async function stopOrphan(paths: ClusterPaths, binaries: PostgresBinaries): Promise<boolean> {
  const orphan = await readPostmasterFile(paths);
  if (!orphan || !isAlive(orphan.pid)) return false; // PostgreSQL replaces the lock file of a dead process itself
  if (process.platform === "win32") {
    await promisify(execFile)(binaries.pgCtl, ["stop", "-D", paths.data, "-m", "fast", "-w"], { windowsHide: true });
    return true;
  }
  if (!(await worksOn(orphan.pid, paths))) {
    if (await nobodyWorksOn(paths)) await rm(path.join(paths.data, "postmaster.pid"), { force: true });
    return false;
  }
  for (const [signal, patienceMs] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 2_000],
  ] as const) {
    process.kill(orphan.pid, signal);
    for (const until = Date.now() + patienceMs; Date.now() < until; await wait(20)) {
      if (!(await worksOn(orphan.pid, paths))) return true;
    }
  }
  throw new StartError(
    `A PostgreSQL left behind on ${paths.data} (process ${orphan.pid}) does not end. End it, then start again.`,
  );
}

/** The port of a PostgreSQL that is running on the cluster and accepts connections, or null. */
export async function runningPort(paths: ClusterPaths): Promise<number | null> {
  const found = await readPostmasterFile(paths);
  return found?.ready && isAlive(found.pid) && (await worksOn(found.pid, paths)) ? found.port : null;
}

/** Resolves with undefined once PostgreSQL accepts connections, else with the reason why it never will. */
async function whenReady(child: ChildProcess, paths: ClusterPaths): Promise<string | undefined> {
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `it ended with ${signal ?? code}`));
  for (const until = Date.now() + readyLimitMs; Date.now() < until; await wait(10)) {
    if (ended !== undefined) return ended;
    const file = await readPostmasterFile(paths);
    if (file?.ready && file.pid === child.pid) return undefined;
  }
  child.kill("SIGQUIT");
  return `it was not ready after ${readyLimitMs / 1000} s`;
}

// The lines of postmaster.pid are documented in PostgreSQL's src/include/utils/pidfile.h.
async function readPostmasterFile(paths: ClusterPaths): Promise<{ pid: number; port: number; ready: boolean } | null> {
  const text = await readFile(path.join(paths.data, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Math.abs(Number(lines[0]));
  return pid ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" } : null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether the process is a PostgreSQL of this cluster, so that a reused process id never gets our signal. A zombie is
 * not: in a container without an init it stays for ever, and it has nothing open.
 */
async function worksOn(pid: number, paths: ClusterPaths): Promise<boolean> {
  if (process.platform === "linux") {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    return folder === paths.data;
  }
  if (process.platform === "win32") return true;
  const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }));
  return stdout.includes("postgres") && stdout.includes(paths.data);
}

/** Whether it is certain that no process has this cluster open; without /proc it never is. */
async function nobodyWorksOn(paths: ClusterPaths): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const working = await Promise.all(pids.map((pid) => worksOn(Number(pid), paths)));
  return !working.includes(true);
}

async function openLog({ logFile }: ClusterPaths) {
  const length = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
  if (length > keepLogBytes && existsSync(logFile)) await rename(logFile, `${logFile}.1`);
  const handle = await open(logFile, "a", 0o600);
  return { handle, length: (await handle.stat()).size };
}

async function textSince(file: string, start: number): Promise<string> {
  return (await readFile(file)).subarray(start).toString();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port was given");
  return address.port;
}
