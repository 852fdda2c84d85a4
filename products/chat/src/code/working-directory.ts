import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import {
  type BlobStore,
  type PreparedFile,
  blobKey,
  defaultUploadLimits,
  discardFile,
  findFile,
  prepareUpload,
} from "@mindmesh/kernel/storage";
import { and, eq, inArray } from "drizzle-orm";
import { type RunPlace, placeKey } from "./run-place.ts";
import { type FileInside, filesInside, openInside, writeInside } from "./safe-folder.ts";
import { outputFiles, workDirectories, workFiles } from "./schema.ts";

/** Larger files go to the storage, smaller ones stand in the database. */
const inlineBytes = 64 * 1024;
/** What is kept of a directory; more stays on this server only. */
const most = { bytes: 512 * 1024 ** 2, files: 5000 };
/** Made anew by the interpreters. */
const skipped = new Set(["__pycache__", ".cache"]);

const ofPlace = (table: typeof workDirectories | typeof workFiles, place: RunPlace) =>
  and(
    eq(table.workspaceId, place.workspaceId),
    eq(table.conversationId, place.conversationId),
    eq(table.personId, place.personId),
  );

/**
 * The working directories on this server's disk. One belongs to a person in a conversation; after each use what changed
 * in it is stored, so that another server, or this one after its disk was lost, has the same.
 * @param root the folder that they are in
 */
export function openWorkDirectories({ db, blobs }: { db: Database; blobs: BlobStore }, root: string) {
  const turns = new Map<string, Promise<unknown>>();
  const stamps = new Map<string, Map<string, { stamp: string; sha256: Buffer }>>();
  const used = new Map<string, number>();
  const pathOf = (place: RunPlace) => join(root, "work", place.workspaceId, place.conversationId, place.personId);
  const markOf = (place: RunPlace) => `${pathOf(place)}.revision`;

  async function localRevision(place: RunPlace): Promise<number | null> {
    const [mark, folder] = await Promise.all([
      readFile(markOf(place), "utf8").catch(() => null),
      stat(pathOf(place)).catch(() => null),
    ]);
    return mark === null || folder === null ? null : Number(mark);
  }

  async function restore(place: RunPlace, revision: number): Promise<void> {
    const folder = pathOf(place);
    await rm(markOf(place), { force: true });
    await rm(folder, { recursive: true, force: true });
    // Others than the server may pass through, to the one directory that they know of; nobody may look around.
    await mkdir(join(folder, ".."), { recursive: true, mode: 0o711 });
    await mkdir(folder, { mode: 0o755 });
    stamps.delete(placeKey(place));
    const rows = await db.withWorkspace(place, async (tx) => {
      const found = await tx.select().from(workFiles).where(ofPlace(workFiles, place));
      const there: typeof found = [];
      for (const row of found) {
        const file = { workspaceId: place.workspaceId, id: row.fileId ?? "" };
        if (row.fileId === null || (await findFile(tx, file)) !== null) there.push(row);
      }
      return there;
    });
    for (const { path, content, fileId } of rows) {
      const from = fileId === null ? null : await blobs.get(blobKey({ workspaceId: place.workspaceId, id: fileId }));
      await writeInside(folder, path, content ?? from ?? "");
    }
    await writeFile(markOf(place), String(revision));
  }

  return {
    /** Waits until nobody else on this server uses the directory. */
    async exclusive<T>(place: RunPlace, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      const key = placeKey(place);
      const before = turns.get(key) ?? Promise.resolve();
      const turn = Promise.withResolvers<void>();
      const chain = before.then(() => turn.promise);
      turns.set(key, chain);
      try {
        await Promise.race([before, aborted(signal)]);
        used.set(key, Date.now());
        return await work();
      } finally {
        turn.resolve();
        if (turns.get(key) === chain) turns.delete(key);
      }
    },

    /**
     * The directory as it was after its last use, whichever server that was on.
     * @returns its path, and whether it was made anew, so that nothing may go on using the former one
     */
    async prepare(place: RunPlace): Promise<{ path: string; anew: boolean }> {
      const [row] = await db.withWorkspace(place, (tx) =>
        tx.select().from(workDirectories).where(ofPlace(workDirectories, place)),
      );
      const anew = (await localRevision(place)) !== (row?.revision ?? 0);
      if (anew) await restore(place, row?.revision ?? 0);
      return { path: pathOf(place), anew };
    },

    /**
     * Stores what changed in the directory.
     * @param outputs files of `out` that are stored already, by path below the directory
     * @returns how many files were too many or too large to be stored
     * @throws AppError storage_full, workspace_full; conflict when another server has stored it in the meantime
     */
    async store(
      place: RunPlace,
      caller: MemberCaller,
      outputs: ReadonlyMap<string, { fileId: string; sha256: Buffer }> = new Map(),
    ): Promise<{ left: number }> {
      const folder = pathOf(place);
      const revision = (await localRevision(place)) ?? 0;
      const { kept, left } = withinBounds(await filesInside(folder, skipped));
      const before = stamps.get(placeKey(place)) ?? new Map<string, { stamp: string; sha256: Buffer }>();
      const now: typeof before = new Map();
      for (const { path, stamp } of kept) {
        const known = before.get(path);
        const sha256 = known?.stamp === stamp ? known.sha256 : await hashOf(folder, path);
        if (sha256 !== null) now.set(path, { stamp, sha256 });
      }
      const rows = await db.withWorkspace(place, (tx) => tx.select().from(workFiles).where(ofPlace(workFiles, place)));
      const stored = new Map(rows.map((row) => [row.path, row]));
      const changed = kept.filter(({ path }) => {
        const file = now.get(path);
        return file !== undefined && !stored.get(path)?.sha256.equals(file.sha256);
      });
      const gone = rows.filter(({ path }) => !now.has(path));
      stamps.set(placeKey(place), now);
      if (changed.length === 0 && gone.length === 0) return { left };

      const values: (typeof workFiles.$inferInsert)[] = [];
      const prepared: PreparedFile[] = [];
      try {
        for (const { path, bytes } of changed) {
          const sha256 = now.get(path)?.sha256 ?? Buffer.alloc(0);
          const output = outputs.get(path);
          const row = { ...place, path, bytes, sha256 };
          if (bytes <= inlineBytes) values.push({ ...row, content: await contentOf(folder, path) });
          else if (output?.sha256.equals(sha256)) values.push({ ...row, fileId: output.fileId });
          else {
            const file = await prepare(caller, folder, path, bytes);
            prepared.push(file);
            values.push({ ...row, fileId: file.id });
          }
        }
        const replaced = [...gone, ...changed.flatMap(({ path }) => stored.get(path) ?? [])];
        await db.withWorkspace(tenantOf(caller), async (tx) => {
          await nextRevision(tx, place, revision);
          for (const file of prepared) await file.confirm(tx);
          const paths = replaced.map(({ path }) => path);
          if (paths.length > 0) {
            await tx.delete(workFiles).where(and(ofPlace(workFiles, place), inArray(workFiles.path, paths)));
          }
          for (let at = 0; at < values.length; at += 500) await tx.insert(workFiles).values(values.slice(at, at + 500));
          await discardUnused(
            tx,
            place.workspaceId,
            replaced.flatMap(({ fileId }) => fileId ?? []),
          );
        });
      } catch (error) {
        for (const file of prepared) await file.discard();
        throw error;
      }
      await writeFile(markOf(place), String(revision + 1));
      return { left };
    },

    pathOf,

    /** Removes directories that nobody has used for a while: they come back from the storage when they are. */
    async removeIdle(idleMs: number, isOpen: (place: RunPlace) => boolean): Promise<number> {
      let removed = 0;
      const top = join(root, "work");
      for (const workspaceId of await namesIn(top)) {
        for (const conversationId of await namesIn(join(top, workspaceId))) {
          for (const personId of await namesIn(join(top, workspaceId, conversationId))) {
            if (personId.endsWith(".revision")) continue;
            const place = { workspaceId, conversationId, personId };
            const key = placeKey(place);
            const last = used.get(key) ?? (await stat(markOf(place)).catch(() => null))?.mtimeMs ?? 0;
            if (turns.has(key) || isOpen(place) || Date.now() - last < idleMs) continue;
            await rm(markOf(place), { force: true });
            await rm(pathOf(place), { recursive: true, force: true });
            stamps.delete(key);
            used.delete(key);
            removed += 1;
          }
        }
      }
      return removed;
    },
  };

  async function prepare(caller: MemberCaller, folder: string, path: string, bytes: number): Promise<PreparedFile> {
    const handle = await openInside(folder, path);
    try {
      const content = Readable.from(handle.createReadStream({ autoClose: false }), { objectMode: false });
      const name = path.split("/").at(-1) ?? "file";
      const limits = { ...defaultUploadLimits, maxFileBytes: most.bytes };
      const dependencies = { db, blobs, limits, enqueueProcessing: () => Promise.resolve() };
      return await prepareUpload(dependencies, caller, { name, announcedBytes: bytes, content, internal: true });
    } finally {
      await handle.close();
    }
  }
}

/** Discards files that no version of an output stands on. */
async function discardUnused(tx: Transaction, workspaceId: string, fileIds: string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const needed = await tx
    .select({ fileId: outputFiles.fileId })
    .from(outputFiles)
    .where(and(eq(outputFiles.workspaceId, workspaceId), inArray(outputFiles.fileId, fileIds)));
  const kept = new Set(needed.map(({ fileId }) => fileId));
  for (const id of fileIds) if (!kept.has(id)) await discardFile(tx, { workspaceId, id });
}

async function nextRevision(tx: Transaction, place: RunPlace, revision: number): Promise<void> {
  const updatedAt = new Date().toISOString();
  await tx
    .insert(workDirectories)
    .values({ ...place, revision: 0, updatedAt })
    .onConflictDoNothing();
  const moved = await tx
    .update(workDirectories)
    .set({ revision: revision + 1, updatedAt })
    .where(and(ofPlace(workDirectories, place), eq(workDirectories.revision, revision)))
    .returning();
  if (moved.length === 0) {
    throw new AppError("conflict", { message: "The working directory was changed by another server meanwhile." });
  }
}

function withinBounds(files: FileInside[]): { kept: FileInside[]; left: number } {
  let room = most.bytes;
  const kept = files.filter(({ bytes }, index) => {
    if (index >= most.files || bytes > room) return false;
    room -= bytes;
    return true;
  });
  return { kept, left: files.length - kept.length };
}

/** SHA-256 of a file; null when it is not there any more. */
async function hashOf(folder: string, path: string): Promise<Buffer | null> {
  const handle = await openInside(folder, path).catch(() => null);
  if (handle === null) return null;
  try {
    const hash = createHash("sha256");
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest();
  } finally {
    await handle.close();
  }
}

async function contentOf(folder: string, path: string): Promise<Buffer> {
  const handle = await openInside(folder, path);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
