import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { RunLimits } from "../../limits.ts";

/** A file of a run, seen from both sides. */
export interface RunFile {
  /** Begins with /data/. */
  path: string;
  hostPath: string;
  bytes: number;
  /** Changes when the content does, as far as the file system tells. */
  mark: string;
}

const noFollow = constants.O_NOFOLLOW ?? 0; // Windows has none, and its links need rights that a run has not.

/** The regular files of a run's folders; links and whatever else there is are passed by. */
export async function listRunFiles(place: {
  workDirectory: string;
  outDirectory: string;
  inputs: { name: string; hostPath: string }[];
}): Promise<RunFile[]> {
  const files: RunFile[] = [];
  const out = resolve(place.outDirectory);
  const add = async (path: string, hostPath: string) => {
    const found = await lstat(hostPath).catch(() => undefined);
    if (found?.isFile()) files.push({ path, hostPath, bytes: found.size, mark: `${found.size} ${found.mtimeMs}` });
  };
  const walk = async (path: string, folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const hostPath = join(folder, entry.name);
      if (path === "/data/work" && resolve(hostPath) === out) continue;
      if (entry.isDirectory()) await walk(`${path}/${entry.name}`, hostPath);
      else if (entry.isFile()) await add(`${path}/${entry.name}`, hostPath);
    }
  };
  await walk("/data/work", place.workDirectory);
  await walk("/data/out", out);
  for (const input of place.inputs) await add(`/data/files/${input.name}`, input.hostPath);
  return files;
}

/** Content of a file that is no link. */
export async function readRunFile(hostPath: string): Promise<Uint8Array> {
  const handle = await open(hostPath, constants.O_RDONLY | noFollow);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/**
 * Puts what a guest made into the run's folders, within the limits. The guest's word is checked: a path is one of ours and
 * goes through no link.
 */
export function keepFiles(place: { workDirectory: string; outDirectory: string }, limits: RunLimits) {
  let bytes = 0;
  let count = 0;
  let problem: string | undefined;

  function locate(path: string): string | undefined {
    const [empty, data, root, ...steps] = path.split("/");
    const folder = root === "work" ? place.workDirectory : root === "out" ? place.outDirectory : undefined;
    if (empty !== "" || data !== "data" || folder === undefined || steps.length === 0 || path.length > 1000)
      return undefined;
    if (!steps.every(isPlainName)) return undefined;
    return join(folder, ...steps);
  }
  /** Whether each folder on the way is a real one. */
  async function throughNoLink(folder: string, root: string): Promise<boolean> {
    if (resolve(folder) === resolve(root)) return true;
    const found = await lstat(folder).catch(() => undefined);
    return (found === undefined || found.isDirectory()) && throughNoLink(dirname(folder), root);
  }

  return {
    async keep(path: string, content: Uint8Array): Promise<void> {
      const target = locate(path);
      count += 1;
      bytes += content.length;
      if (target === undefined) problem ??= "A file with an unusable name was not kept.";
      else if (count > limits.files) problem ??= `More than ${limits.files} files; the others were not kept.`;
      else if (content.length > limits.fileBytes) problem ??= `${path} is larger than a file may be and was not kept.`;
      else if (bytes > limits.diskBytes)
        problem ??= `The files together are larger than allowed; ${path} was not kept.`;
      else {
        const root = path.startsWith("/data/out/") ? place.outDirectory : place.workDirectory;
        if (!(await throughNoLink(dirname(target), root))) return;
        await mkdir(dirname(target), { recursive: true });
        const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | noFollow;
        let handle: FileHandle;
        try {
          handle = await open(target, flags, 0o644);
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code;
          // A folder or a link has this name on the host.
          if (code !== "EISDIR" && code !== "ELOOP" && code !== "ENOTDIR") throw error;
          problem ??= `${path} could not be kept: something else has its name.`;
          return;
        }
        try {
          await handle.writeFile(content);
        } finally {
          await handle.close();
        }
      }
    },
    async remove(path: string): Promise<void> {
      const target = locate(path);
      const root = path.startsWith("/data/out/") ? place.outDirectory : place.workDirectory;
      if (target === undefined || !(await throughNoLink(dirname(target), root))) return;
      const found = await lstat(target).catch(() => undefined);
      if (found && !found.isDirectory()) await rm(target, { force: true });
    },
    problem: () => problem,
  };
}

/** A colon or backslash would mean a drive, a stream or a folder on Windows. */
function isPlainName(name: string): boolean {
  if (name === "" || name === "." || name === ".." || name.length > 255 || /[\\:]/.test(name)) return false;
  return !Array.from(name).some((sign) => sign < " ");
}
