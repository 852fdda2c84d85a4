import type { Readable } from "node:stream";
import { and, eq } from "drizzle-orm";
import { v7 as newId } from "uuid";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { requireRight } from "../http/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { blobKey } from "./blobs/blob-store.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { textKindOf, whyNoText } from "./extraction/extract-text.ts";
import { cleanFileName } from "./file-name.ts";
import { falseClaimOf, isSafeImage, sniffMediaType } from "./media-type.ts";
import { meterContent } from "./metered-content.ts";
import { officeTypeOfArchive } from "./office-archive.ts";
import { files } from "./schema.ts";
import type { FileRow } from "./schema.ts";
import { fileTooLarge, roomLeft } from "./upload-limits.ts";
import type { UploadLimits } from "./upload-limits.ts";

export type UploadDependencies = {
  db: Database;
  blobs: BlobStore;
  limits: UploadLimits;
  /** Has text and thumbnail made, once the transaction is committed. */
  enqueueProcessing(tx: Transaction, file: { workspaceId: string; fileId: string }): Promise<unknown>;
};

/**
 * Stores an upload. It is acknowledged when the bytes are on the disk (or in the bucket) and the row is committed; when
 * it fails at any point neither stays.
 * @param upload.announcedBytes from Content-Length; null when the length is not known beforehand
 * @param upload.internal a part of something of a product's, which is not listed among the person's files
 * @throws AppError not_allowed, too_large, workspace_full, storage_full, bad_request (broken off)
 */
export async function uploadFile(
  dependencies: UploadDependencies,
  caller: MemberCaller,
  upload: { name: string; announcedBytes: number | null; content: Readable; internal?: boolean },
): Promise<FileRow> {
  requireRight(caller, "content.write");
  return keepFile(dependencies, caller, upload);
}

/** The same for a product that makes a file itself, for somebody (`personId`) or for the workspace; checks no rights. */
export async function keepFile(
  dependencies: UploadDependencies,
  { workspaceId, personId }: Owner,
  upload: Upload,
): Promise<FileRow> {
  const prepared = await prepareFile(dependencies, { workspaceId, personId }, upload);
  try {
    return await dependencies.db.withWorkspace(tenantFor({ workspaceId, personId }), prepared.confirm);
  } catch (error) {
    await prepared.discard();
    throw error;
  }
}

/** Bytes that are stored, for a file that nobody knows of yet. */
export interface PreparedFile {
  id: string;
  bytes: number;
  sha256: Buffer;
  /** The file is there once this transaction is committed. @throws AppError workspace_full, bad_request (given up meanwhile) */
  confirm(tx: Transaction): Promise<FileRow>;
  /** In its place, when there is to be no such file. Never rejects. */
  discard(): Promise<void>;
}

/**
 * Stores an upload that becomes a file in a transaction of the caller's, together with what stands on it. Of a server that dies
 * in between no file stays: the sweep takes the bytes.
 * @throws AppError as `uploadFile`
 */
export async function prepareUpload(
  dependencies: UploadDependencies,
  caller: MemberCaller,
  upload: Upload,
): Promise<PreparedFile> {
  requireRight(caller, "content.write");
  return prepareFile(dependencies, caller, upload);
}

type Upload = Parameters<typeof uploadFile>[2];
type Owner = { workspaceId: string; personId: string | null };

const tenantFor = ({ workspaceId, personId }: Owner) => ({
  workspaceId,
  ...(personId !== null && { userId: personId }),
});

async function prepareFile(
  { db, blobs, limits, enqueueProcessing }: UploadDependencies,
  { workspaceId, personId }: Owner,
  upload: Upload,
): Promise<PreparedFile> {
  const tenant = tenantFor({ workspaceId, personId });
  const announced = upload.announcedBytes ?? 0;
  if (announced > limits.maxFileBytes) throw fileTooLarge(limits);
  const id = newId();
  const name = cleanFileName(upload.name);
  const thisFile = and(eq(files.workspaceId, workspaceId), eq(files.id, id));

  const room = await db.withWorkspace(tenant, async (tx) => {
    const left = await roomLeft(tx, workspaceId, limits);
    if (announced > left || left <= 0) throw new AppError("workspace_full");
    await tx.insert(files).values({
      workspaceId,
      id,
      ownerId: personId,
      name,
      internal: upload.internal ?? false,
      state: "uploading",
      bytes: announced,
      mediaType: "application/octet-stream",
      textState: "waiting",
    });
    return left;
  });

  const full = () => new AppError("workspace_full");
  // What cannot be removed now (a store or database that is gone) is found by the sweep.
  const discard = async () => {
    await Promise.allSettled([
      blobs.delete(blobKey({ workspaceId, id })),
      db.withWorkspace(tenant, (tx) => tx.delete(files).where(thisFile)),
    ]);
  };
  try {
    const most =
      room < limits.maxFileBytes
        ? { bytes: room, error: full }
        : { bytes: limits.maxFileBytes, error: () => fileTooLarge(limits) };
    const metered = meterContent(upload.content, { ...most, idleMilliseconds: limits.idleMilliseconds });
    await blobs.put(blobKey({ workspaceId, id }), metered.content);
    const { bytes, sha256, head } = metered.result();
    const mediaType = await typeOfUpload(blobs, { workspaceId, id, name, bytes }, head);
    return {
      id,
      bytes,
      sha256,
      discard,
      async confirm(tx) {
        // Without an announced length other uploads may have taken the room in the meantime.
        if (bytes > announced && bytes - announced > (await roomLeft(tx, workspaceId, limits))) throw full();
        const [row] = await tx
          .update(files)
          .set({ ...describeContent(mediaType, name, bytes), state: "ready", bytes, sha256 })
          .where(thisFile)
          .returning();
        if (!row)
          throw new AppError("bad_request", {
            message: "The upload took too long and was given up. Upload the file again.",
          });
        await enqueueProcessing(tx, { workspaceId, fileId: id });
        return row;
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function typeOfUpload(
  blobs: BlobStore,
  file: { workspaceId: string; id: string; name: string; bytes: number },
  head: Buffer,
): Promise<string> {
  const sniffed = await sniffMediaType(head, file.name);
  const sawAll = head.length === file.bytes;
  if (sniffed !== "application/zip" || sawAll) return sniffed;
  return (await officeTypeOfArchive(blobs, blobKey(file), file.bytes)) ?? sniffed;
}

/** What the type tells, and whether there is anything left to find out in the background. */
function describeContent(mediaType: string, name: string, bytes: number) {
  const nameClaims = bytes === 0 ? null : falseClaimOf(name, mediaType);
  const hasText = bytes > 0 && textKindOf(mediaType) !== null;
  const message = bytes === 0 ? "The file is empty." : whyNoText(mediaType, nameClaims);
  return {
    mediaType,
    nameClaims,
    textState: hasText ? ("waiting" as const) : ("none" as const),
    textMessage: hasText ? null : message,
    processedAt: hasText || isSafeImage(mediaType) ? null : new Date().toISOString(),
  };
}
