import { constants } from "node:fs";
import { type FileHandle, chown, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@mindmesh/kernel/errors";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Deeper folders and further entries than these are not looked at. */
const deepest = 30;
const mostEntries = 50_000;

/**
 * Files in a folder that code we do not trust has written to, and may be writing to: a link in it may lead to the
 * server's own files, also one that is put there between a look and a read. So every step of a path is opened by itself,
 * links refused, and the next step is taken from the open folder (`/proc/self/fd`), not from its name. Elsewhere than on
 * Linux each step is looked at before it is taken.
 */
async function openFolder(
  root: string,
  parts: string[],
  create: boolean,
): Promise<{ at: string; close(): Promise<void> }> {
  if (process.platform !== "linux") return { at: await checkedFolder(root, parts, create), close: async () => {} };
  let handle = await open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const owner = await handle.stat();
    for (const part of parts) {
      const next = join(`/proc/self/fd/${handle.fd}`, part);
      if (create) await makeFolder(next, owner);
      const inner = await open(next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      await handle.close();
      handle = inner;
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { at: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

async function checkedFolder(root: string, parts: string[], create: boolean): Promise<string> {
  let at = root;
  const owner = await lstat(root);
  for (const part of parts) {
    at = join(at, part);
    if (create) await makeFolder(at, owner);
    if (!(await lstat(at)).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
  }
  return at;
}

async function makeFolder(path: string, owner: { uid: number; gid: number }): Promise<void> {
  try {
    await mkdir(path, { mode: 0o755 });
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

const notThere = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR", "ENAMETOOLONG"]);

/**
 * A regular file below the folder, open for reading; the caller closes it.
 * @param path relative, with slashes
 * @throws AppError not_found for links, folders, pipes and what is not there
 */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  try {
    const folder = await openFolder(root, parts, false);
    let file: FileHandle;
    try {
      file = await open(join(folder.at, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } finally {
      await folder.close();
    }
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new AppError("not_found", { message: `${JSON.stringify(path)} is no file.` });
  } catch (error) {
    if (!notThere.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new AppError("not_found", { message: `There is no file ${JSON.stringify(path)}.`, cause: error });
  }
}

/**
 * Writes a file below the folder, with the folders that it needs; it belongs to whom the folder belongs.
 * @throws AppError conflict when a folder or a link is in the way
 */
export async function writeInside(
  root: string,
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  try {
    const owner = await lstat(root);
    const folder = await openFolder(root, parts, true);
    try {
      const at = join(folder.at, name);
      // A new file in its place, so that nothing is written through a link that stands there.
      await rm(at, { force: true });
      const file = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
      try {
        if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid);
        await file.writeFile(content);
      } finally {
        await file.close();
      }
    } finally {
      await folder.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw new AppError("storage_full", { cause: error });
    if (!["ENOTDIR", "ELOOP", "EISDIR", "ERR_FS_EISDIR", "EEXIST"].includes(code ?? "")) throw error;
    throw new AppError("conflict", { message: `Something that is no file is in the way of ${path}.`, cause: error });
  }
}

export interface FileInside {
  path: string;
  bytes: number;
  /** Changes with its content: size and the moments of its last changes. */
  stamp: string;
}

/** The regular files below the folder, by path; links and pipes are left out, and folders named in `skip`. */
export async function filesInside(root: string, skip: ReadonlySet<string>): Promise<FileInside[]> {
  const found: FileInside[] = [];
  let entries = 0;
  async function look(parts: string[]): Promise<void> {
    const folder = await openFolder(root, parts, false);
    const inner: string[] = [];
    try {
      for (const entry of await readdir(folder.at, { withFileTypes: true })) {
        if ((entries += 1) > mostEntries) return;
        if (entry.isDirectory() && parts.length < deepest && !skip.has(entry.name)) inner.push(entry.name);
        if (!entry.isFile() || !entry.name.isWellFormed()) continue;
        const stats = await lstat(join(folder.at, entry.name)).catch(() => null);
        if (!stats?.isFile()) continue;
        const stamp = `${stats.size}/${stats.mtimeMs}/${stats.ctimeMs}`;
        found.push({ path: [...parts, entry.name].join("/"), bytes: stats.size, stamp });
      }
    } finally {
      await folder.close();
    }
    for (const name of inner) {
      await look([...parts, name]).catch((error: NodeJS.ErrnoException) => {
        // It was taken away, or is a link by now.
        if (!notThere.has(error.code ?? "")) throw error;
      });
    }
  }
  await look([]);
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
