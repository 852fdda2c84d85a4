import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { RunLimits } from "../limits.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { RunEvent } from "../sandbox.ts";
import { type CheckedFile, inWords, pathFault } from "./check-request.ts";
import {
  type Contents,
  contentsOf,
  folderBeneath,
  openFileBeneath,
  removeBeneath,
  writeBeneath,
} from "./open-beneath.ts";

/** Left free on the host's disk, whatever a run may use. */
const reserveBytes = 64 * 2 ** 20;
/** Of 255 bytes at most, they fit on one command line. */
const namesAtOnce = 400;

export interface WorkingFolder {
  directory: string;
  out: string;
  before: Contents;
}

/** Makes the folder ready and writes the program's files. Throws `storage_full` when it, or the host's disk, is full. */
export async function prepareFolder(
  directory: string,
  files: CheckedFile[],
  limits: RunLimits,
): Promise<WorkingFolder> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < limits.diskBytes + reserveBytes) throw new SandboxError("storage_full");
  try {
    await folderBeneath(directory, "out");
    for (const file of files) await writeBeneath(directory, file.path, file.content);
  } catch (error) {
    if (isDiskFull(error)) throw new SandboxError("storage_full", { cause: error });
    throw error;
  }
  const before = await contentsOf(directory, limits.files);
  if (before.excessive || before.bytes > limits.diskBytes) {
    const message = `The working directory is full (${inWords(limits.diskBytes)} or ${limits.files} files). Delete files in it.`;
    throw new SandboxError("storage_full", { message });
  }
  return { directory, out: path.join(directory, "out"), before };
}

/** No room, or no room for this user. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** Whether more lies in the folder than the limits let. */
export async function isOverfull({ directory }: { directory: string }, limits: RunLimits): Promise<boolean> {
  const now = await contentsOf(directory, limits.files);
  return now.excessive || now.bytes > limits.diskBytes;
}

/** Takes back what a run has added beyond the limits, so that the next one has room. Earlier files stay. */
export async function takeBack({ directory, before }: WorkingFolder, limits: RunLimits): Promise<void> {
  const known = new Map(before.files.map((file) => [file.path, file]));
  const earlier = new Set(before.files.flatMap((file) => (file.path === null ? [] : [file.path.split("/")[0]])));
  for (let round = 0; round < 20 && (await isOverfull({ directory }, limits)); round += 1) {
    const now = await contentsOf(directory, limits.files * 2);
    for (const file of now.files.toSorted((a, b) => b.bytes - a.bytes)) {
      if (file.path !== null && (known.get(file.path)?.bytes ?? -1) < file.bytes) {
        await removeBeneath(directory, file.path);
      }
    }
    // Folders, links and names that are no text: whole, where nothing of before is in them.
    for (const [folder, keep] of [
      [directory, new Set([...earlier, "out"])],
      [path.join(directory, "out"), new Set(before.files.map((file) => file.path?.split("/")[1]))],
    ] as const) {
      const added = (await readdir(folder).catch(() => [])).filter((name) => !keep.has(name));
      await removeWhole(folder, added);
    }
  }
}

/** `rm` goes by open folders: it follows no link and no depth is too deep for it. */
async function removeWhole(folder: string, names: string[]): Promise<void> {
  for (let from = 0; from < names.length; from += namesAtOnce) {
    const some = names.slice(from, from + namesAtOnce);
    if (process.platform === "win32") {
      for (const name of some) await rm(path.join(folder, name), { recursive: true, force: true });
    } else {
      const relative = some.map((name) => `./${name}`);
      await promisify(execFile)("/bin/rm", ["-rf", "--", ...relative], { cwd: folder, env: {} });
    }
  }
}

/**
 * Tells of each regular file below `out` that was made or changed. With `copyTo` (another program may still be at work
 * in the folder) each is copied there first, as a path could lead elsewhere by the time it is read.
 * @returns paths of files that no copy could be made of, as the host's disk is full; they lie where they were
 */
export async function collectFiles(
  { out, before }: WorkingFolder,
  limits: RunLimits,
  copyTo: string | null,
  tell: (event: Extract<RunEvent, { type: "file" }>) => void,
): Promise<string[]> {
  const missed: string[] = [];
  const known = new Map(before.files.map((file) => [file.path, file.version]));
  const { files } = await contentsOf(out, limits.files);
  for (const [index, file] of files.entries()) {
    if (file.path === null || pathFault(file.path) !== null) continue;
    if (file.bytes > limits.fileBytes || known.get(`out/${file.path}`) === file.version) continue;
    const handle = await openFileBeneath(out, file.path);
    if (handle === null) continue;
    if (copyTo === null) {
      await handle.close();
      tell({ type: "file", path: file.path, bytes: file.bytes, hostPath: path.join(out, ...file.path.split("/")) });
      continue;
    }
    const hostPath = path.join(copyTo, String(index));
    const source = handle.createReadStream({ end: Math.max(0, file.bytes - 1) });
    try {
      await mkdir(copyTo, { recursive: true, mode: 0o700 });
      await pipeline(source, createWriteStream(hostPath, { mode: 0o600 }));
      tell({ type: "file", path: file.path, bytes: file.bytes, hostPath });
    } catch (error) {
      source.destroy();
      if (!isDiskFull(error)) throw error;
      await rm(hostPath, { force: true });
      missed.push(file.path);
    }
  }
  return missed;
}
