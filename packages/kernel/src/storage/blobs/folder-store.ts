import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../errors/index.ts";
import { assertKey } from "./blob-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { checkByWriting } from "./check-blob-store.ts";
import { asStorageError } from "./storage-full.ts";

/** Test seam: how a new file is opened for writing. */
type OpenForWriting = (path: string) => Promise<Pick<FileHandle, "write" | "sync" | "close">>;

/**
 * Keeps blobs in a folder. Content goes to a file under `.incoming`, is flushed to the disk, and is renamed into place,
 * so that a power cut leaves either all of it or nothing. `<workspace>/<2 hex>/<file>`: the last digits of a UUID v7
 * are random, the first are a clock, so the shard is taken from the end.
 */
export function createFolderStore(
  folder: string,
  openForWriting: OpenForWriting = (path) => open(path, "wx", 0o600),
): BlobStore {
  const incoming = join(folder, ".incoming");

  function pathOf(key: string): string {
    const [workspace = "", name = ""] = assertKey(key).split("/");
    return join(folder, workspace, name.slice(34, 36), name);
  }

  const store: Omit<BlobStore, "check"> = {
    describe: () => `folder ${folder}`,

    async put(key, content, signal) {
      const path = pathOf(key);
      const temporary = join(incoming, randomUUID());
      try {
        await mkdir(incoming, { recursive: true, mode: 0o700 });
        const bytes = await writeAndFlush(await openForWriting(temporary), content, signal);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await flushFolder(dirname(path));
        return bytes;
      } catch (error) {
        await rm(temporary, { force: true });
        throw asStorageError(error);
      }
    },

    async get(key, range) {
      try {
        const file = await open(pathOf(key), "r");
        return file.createReadStream({ start: range?.start, end: range?.end });
      } catch (error) {
        throw isMissing(error) ? new AppError("not_found", { cause: error }) : error;
      }
    },

    async head(key) {
      try {
        return { bytes: (await stat(pathOf(key))).size };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    async delete(key) {
      await rm(pathOf(key), { force: true });
    },

    async *list() {
      for (const workspace of await entries(folder)) {
        if (workspace.name === ".incoming") continue;
        for (const shard of await entries(join(folder, workspace.name))) {
          for (const file of await entries(join(folder, workspace.name, shard.name))) {
            const found = await stat(join(file.parentPath, file.name)).catch(nullIfMissing);
            if (found) yield { key: `${workspace.name}/${file.name}`, storedAt: found.mtime };
          }
        }
      }
    },

    async removeUnfinished(olderThan) {
      let removed = 0;
      for (const file of await entries(incoming)) {
        const path = join(incoming, file.name);
        const found = await stat(path).catch(nullIfMissing);
        if (!found || found.mtime >= olderThan) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
  return { ...store, check: () => checkByWriting(store) };
}

async function writeAndFlush(
  file: Awaited<ReturnType<OpenForWriting>>,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted();
      for (let at = 0; at < chunk.length;) {
        // A disk that fills up may take a part of a chunk before it refuses the rest.
        at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
      }
      bytes += chunk.length;
    }
    signal?.throwIfAborted();
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

/** A rename is on the disk only when its folder is. Windows cannot open folders, and journals renames itself. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function entries(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
