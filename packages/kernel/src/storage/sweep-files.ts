import { and, eq, inArray, isNull, lt } from "drizzle-orm";
import type { Database, Transaction } from "../db/index.ts";
import { blobKey, fileOfKey } from "./blobs/blob-store.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { files } from "./schema.ts";

export type SweepDependencies = {
  db: Database;
  blobs: BlobStore;
  enqueueProcessing(tx: Transaction, file: { workspaceId: string; fileId: string }): Promise<unknown>;
};

const hour = 3_600_000;
const atOnce = 500;

/**
 * Removes what failures and deletions left: uploads that never ended (a killed server), the bytes of files deleted more
 * than a day ago, blobs without a row; and has files processed whose job was lost. Made for a few times a day.
 * @returns how many of each
 */
export async function sweepFiles(
  { db, blobs, enqueueProcessing }: SweepDependencies,
  now = new Date(),
): Promise<{ uploads: number; deleted: number; orphans: number; requeued: number }> {
  const before = (milliseconds: number) => new Date(now.getTime() - milliseconds);
  await blobs.removeUnfinished(before(24 * hour));
  const uploads = await removeRows(
    db,
    blobs,
    and(eq(files.state, "uploading"), lt(files.createdAt, before(24 * hour).toISOString())),
  );
  const deleted = await removeRows(db, blobs, lt(files.deletedAt, before(24 * hour).toISOString()));
  const orphans = await removeOrphans(db, blobs, before(24 * hour));
  const requeued = await db.system(async (tx) => {
    const lost = await tx
      .select({ workspaceId: files.workspaceId, fileId: files.id })
      .from(files)
      .where(
        and(
          eq(files.state, "ready"),
          isNull(files.processedAt),
          isNull(files.deletedAt),
          lt(files.createdAt, before(hour).toISOString()),
        ),
      )
      .limit(atOnce);
    for (const file of lost) await enqueueProcessing(tx, file);
    return lost.length;
  });
  return { uploads, deleted, orphans, requeued };
}

/** Bytes first, then the row: when it is interrupted in between, the next sweep finds the row again. */
async function removeRows(db: Database, blobs: BlobStore, which: ReturnType<typeof and>): Promise<number> {
  let removed = 0;
  for (;;) {
    const rows = await db.system((tx) =>
      tx.select({ workspaceId: files.workspaceId, id: files.id }).from(files).where(which).limit(atOnce),
    );
    for (const row of rows) {
      await blobs.delete(blobKey(row));
      await blobs.delete(blobKey(row, "thumbnail"));
      await db.system((tx) =>
        tx.delete(files).where(and(eq(files.workspaceId, row.workspaceId), eq(files.id, row.id))),
      );
    }
    removed += rows.length;
    if (rows.length < atOnce) return removed;
  }
}

/** Blobs whose row is gone, for example with its workspace. Young ones are left: their row may not be committed yet. */
async function removeOrphans(db: Database, blobs: BlobStore, olderThan: Date): Promise<number> {
  let removed = 0;
  let batch: { key: string; workspaceId: string; id: string }[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const ids = batch.map(({ id }) => id);
    const known = await db.system((tx) =>
      tx.select({ workspaceId: files.workspaceId, id: files.id }).from(files).where(inArray(files.id, ids)),
    );
    const keys = new Set(known.map(({ workspaceId, id }) => `${workspaceId}/${id}`));
    for (const { key, workspaceId, id } of batch) {
      if (keys.has(`${workspaceId}/${id}`)) continue;
      await blobs.delete(key);
      removed += 1;
    }
    batch = [];
  };
  for await (const { key, storedAt } of blobs.list()) {
    const file = fileOfKey(key);
    if (file === null || storedAt >= olderThan) continue;
    batch.push({ key, ...file });
    if (batch.length >= atOnce) await flush();
  }
  await flush();
  return removed;
}
