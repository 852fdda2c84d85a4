import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { randomUUID } from "node:crypto";
import { type BlobStore, blobKey } from "@mindmesh/kernel/storage";

/** A copy that nobody opened for so long is removed. */
const keptMilliseconds = 24 * 3_600_000;
const sweepMilliseconds = 3_600_000;
/** All copies together; the longest unused go first. */
const mostBytes = 10 * 2 ** 30;

const lastSwept = new Map<string, number>();
/** Copies being made by this process, so that two sessions do not fetch the same. */
const underWay = new Map<string, Promise<string>>();

/** The folder of the copies of a server. */
export const localFolder = (dataDirectory: string) => join(dataDirectory, "query-files");

/**
 * The content of a stored file as a file on this machine's disk, whatever store it lies in. Files never change, so a copy is good
 * as long as it is there.
 * @returns the absolute path; not to be written to
 * @throws AppError not_found, storage_full
 */
export async function localFile(
  blobs: Pick<BlobStore, "get">,
  dataDirectory: string,
  file: { workspaceId: string; id: string },
): Promise<string> {
  const folder = localFolder(dataDirectory);
  void sweep(folder);
  return once(join(folder, file.workspaceId, file.id), async (path) => {
    const unfinished = `${path}.${randomUUID()}.part`;
    try {
      await pipeline(await blobs.get(blobKey(file)), createWriteStream(unfinished, { mode: 0o600 }));
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
  });
}

/** The path, made by `make` when it is not there yet; its time says when it was used last. */
export async function once(path: string, make: (path: string) => Promise<void>): Promise<string> {
  const pending = underWay.get(path);
  if (pending !== undefined) return pending;
  const work = (async () => {
    const now = new Date();
    const isThere = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
      await make(path);
    }
    return path;
  })();
  underWay.set(path, work);
  try {
    return await work;
  } finally {
    underWay.delete(path);
  }
}

/** Removes what was not used for a day, and the longest unused while there is too much. Open files stay readable on any Unix. */
async function sweep(folder: string, now = Date.now()): Promise<void> {
  if (now - (lastSwept.get(folder) ?? 0) < sweepMilliseconds) return;
  lastSwept.set(folder, now);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const found = await stat(path).catch(() => null);
        return { path, bytes: found?.size ?? 0, usedAt: found?.mtimeMs ?? now };
      }),
  );
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes, usedAt } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (now - usedAt < keptMilliseconds && total <= mostBytes) continue;
    await rm(path, { force: true }).catch(() => undefined);
    total -= bytes;
  }
}
