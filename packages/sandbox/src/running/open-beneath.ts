import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, mkdir, open, readdir, unlink } from "node:fs/promises";
import path from "node:path";

/**
 * Folders that a program inside can change, handled from outside without following what it planted. On Linux each
 * step goes through the open folder (/proc/self/fd/N), so that a folder that is swapped for a link at the wrong moment
 * leads nowhere. Elsewhere names are checked one by one: there a driver lets no program run meanwhile.
 */
interface Folder {
  path: Buffer;
  close(): Promise<void>;
}

const byDescriptor = process.platform === "linux";
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

async function openFolder(location: Buffer): Promise<Folder> {
  if (!byDescriptor) {
    if (!(await lstat(location)).isDirectory()) throw new Error("This is not a folder.");
    return { path: location, close: async () => {} };
  }
  const handle = await open(location, folderFlags);
  return { path: Buffer.from(`/proc/self/fd/${handle.fd}`), close: () => handle.close() };
}

function within(folder: Folder, name: Buffer): Buffer {
  return Buffer.concat([folder.path, Buffer.from(path.sep), name]);
}

export interface FoundFile {
  /** Relative, with slashes. Null: the name is not valid UTF-8. */
  path: string | null;
  bytes: number;
  /** Changes whenever the content does: inode, size, times. */
  version: string;
}

export interface Contents {
  files: FoundFile[];
  /** Files, folders and whatever else lies there. */
  entries: number;
  /** Sum of the sizes as announced: a sparse file counts in full. */
  bytes: number;
  /** More entries or deeper folders than asked for: the rest was not looked at. */
  excessive: boolean;
}

export const deepest = 32;

/** What lies in a folder, up to `mostEntries`. A folder that is not there is empty. */
export async function contentsOf(directory: string, mostEntries: number): Promise<Contents> {
  const contents: Contents = { files: [], entries: 0, bytes: 0, excessive: false };
  try {
    const folder = await openFolder(Buffer.from(directory));
    await look(folder, "", 1);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return contents;

  async function look(folder: Folder, prefix: string | null, depth: number): Promise<void> {
    try {
      for (const name of await readdir(folder.path, { encoding: "buffer" })) {
        contents.entries += 1;
        if (contents.entries > mostEntries || depth > deepest) {
          contents.excessive = true;
          return;
        }
        const text = name.toString();
        const own = prefix === null || !Buffer.from(text).equals(name) ? null : `${prefix}${text}`;
        try {
          const entry = await lstat(within(folder, name), { bigint: true });
          if (entry.isDirectory()) {
            await look(await openFolder(within(folder, name)), own === null ? null : `${own}/`, depth + 1);
          } else if (entry.isFile()) {
            contents.bytes += Number(entry.size);
            const version = `${entry.ino} ${entry.size} ${entry.mtimeNs} ${entry.ctimeNs}`;
            contents.files.push({ path: own, bytes: Number(entry.size), version });
          }
        } catch (error) {
          if (!isGone(error)) throw error;
        }
        if (contents.excessive) return;
      }
    } finally {
      await folder.close();
    }
  }
}

/** Gives a folder and all in it to a user, links themselves included, nothing through them. */
export async function lchownTree(directory: string, uid: number): Promise<void> {
  await visit(await openFolder(Buffer.from(directory)), 0);

  async function visit(folder: Folder, depth: number): Promise<void> {
    try {
      const self = await lstat(Buffer.concat([folder.path, Buffer.from("/.")]));
      if (self.uid !== uid) await lchown(Buffer.concat([folder.path, Buffer.from("/.")]), uid, uid);
      for (const name of await readdir(folder.path, { encoding: "buffer" })) {
        try {
          const entry = await lstat(within(folder, name));
          if (entry.uid !== uid) await lchown(within(folder, name), uid, uid);
          if (entry.isDirectory() && depth < deepest) await visit(await openFolder(within(folder, name)), depth + 1);
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }
    } finally {
      await folder.close();
    }
  }
}

/**
 * Writes a file anew at a relative path with slashes (checked before), making folders on the way. What stands in the
 * way and is no folder, such as a planted link, is removed.
 */
export async function writeBeneath(directory: string, relative: string, content: Uint8Array): Promise<void> {
  const segments = relative.split("/").map((segment) => Buffer.from(segment));
  const last = segments.pop() ?? Buffer.from("file");
  let folder = await openFolder(Buffer.from(directory));
  try {
    for (const segment of segments) {
      const next = within(folder, segment);
      await ensureFolder(next);
      const opened = await openFolder(next);
      await folder.close();
      folder = opened;
    }
    const target = within(folder, last);
    await unlink(target).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
    const file = await open(target, flags, 0o644);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  } finally {
    await folder.close();
  }
}

/** Makes a folder below `directory` unless there is one; removes what else has its name. */
export async function folderBeneath(directory: string, name: string): Promise<void> {
  const folder = await openFolder(Buffer.from(directory));
  try {
    await ensureFolder(within(folder, Buffer.from(name)));
  } finally {
    await folder.close();
  }
}

async function ensureFolder(location: Buffer): Promise<void> {
  try {
    if ((await lstat(location)).isDirectory()) return;
    await unlink(location);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  await mkdir(location, 0o755);
}

/**
 * Opens a regular file below a folder for reading, following no link on the way. Null: it is not there any more, or is
 * something else. Never waits for a pipe that nobody writes to.
 */
export async function openFileBeneath(directory: string, relative: string): Promise<FileHandle | null> {
  const segments = relative.split("/").map((segment) => Buffer.from(segment));
  const last = segments.pop();
  if (last === undefined) return null;
  let folder: Folder | null = null;
  try {
    folder = await openFolder(Buffer.from(directory));
    for (const segment of segments) {
      const opened: Folder = await openFolder(within(folder, segment));
      await folder.close();
      folder = opened;
    }
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(within(folder, last), flags);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  } finally {
    await folder?.close();
  }
}

/** Removes one file without following links to it. */
export async function removeBeneath(directory: string, relative: string): Promise<void> {
  const segments = relative.split("/").map((segment) => Buffer.from(segment));
  const last = segments.pop();
  if (last === undefined) return;
  let folder = await openFolder(Buffer.from(directory));
  try {
    for (const segment of segments) {
      const opened = await openFolder(within(folder, segment));
      await folder.close();
      folder = opened;
    }
    await unlink(within(folder, last));
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    await folder.close();
  }
}

/** Gone, or something else than it was: the program inside changed it meanwhile. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ENXIO", "EISDIR"].includes(String(code));
}
