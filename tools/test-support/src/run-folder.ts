import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { chmod, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const prefix = "mindmesh-test-";

/**
 * Makes the one folder in which a test run keeps everything, and makes it the temporary folder of this process and
 * of all that it starts. `remove` ends what still runs in it and deletes it; so does the end of this process. The
 * folders of runs that were killed are removed first.
 */
export async function makeRunFolder(): Promise<{ folder: string; remove: () => void }> {
  const parent = tmpdir();
  for (const name of await readdir(parent)) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    if (pid && !isAlive(pid)) removeFolder(path.join(parent, name));
  }
  const folder = await mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
  await chmod(folder, 0o711); // as root the services run as other users, who pass through it
  process.env["TMPDIR"] = folder;
  const remove = () => removeFolder(folder);
  process.once("exit", remove);
  return { folder, remove };
}

function removeFolder(folder: string): void {
  for (const pid of processesIn(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended since it was seen.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** The processes that work in the folder: what a killed test left behind. Known on Linux only. */
function processesIn(folder: string): number[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => workingFolder(pid).startsWith(folder + path.sep));
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ""; // it has ended, or belongs to somebody else
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
