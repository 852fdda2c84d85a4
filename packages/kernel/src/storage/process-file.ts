import { fileEvents } from "@mindmesh/contracts/files";
import { and, eq } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { emitEvent } from "../realtime/index.ts";
import { blobKey } from "./blobs/blob-store.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { extractText, textKindOf } from "./extraction/extract-text.ts";
import type { ExtractionOutcome } from "./extraction/extract-text.ts";
import { isSafeImage } from "./media-type.ts";
import { findFile } from "./readable-file.ts";
import { files, fileTexts } from "./schema.ts";
import type { FileRow } from "./schema.ts";
import { toStoredFile } from "./stored-file.ts";
import { makeThumbnail } from "./thumbnails/make-thumbnail.ts";

export type ProcessDependencies = {
  db: Database;
  blobs: BlobStore;
  /** Why a file could not be read, for the operator's log. */
  onUnreadable?(file: { workspaceId: string; id: string }, detail: string): void;
};

/**
 * Reads a file's text and makes its thumbnail. Doing it again does no harm, and does nothing when it has been done. A
 * file that cannot be read is a result, not an error.
 * @throws when the store or the database cannot be used: try again later
 */
export async function processFile(
  { db, blobs, onUnreadable }: ProcessDependencies,
  file: { workspaceId: string; id: string },
  signal?: AbortSignal,
): Promise<void> {
  const row = await db.withWorkspace(file, (tx) => findFile(tx, file));
  if (row === null || row.processedAt !== null) return;
  const missing = (await blobs.head(blobKey(row))) === null;
  const text = missing ? contentMissing : await readText(blobs, row, signal);
  const image = missing ? null : await readImage(blobs, row, signal);
  for (const detail of [text?.detail, image?.detail]) if (detail) onUnreadable?.(file, detail);

  await db.withWorkspace(file, async (tx) => {
    const [changed] = await tx
      .update(files)
      .set({ ...text?.columns, ...image?.columns, processedAt: new Date().toISOString() })
      .where(and(eq(files.workspaceId, file.workspaceId), eq(files.id, file.id)))
      .returning();
    if (!changed) return;
    if (text?.content !== undefined)
      await tx
        .insert(fileTexts)
        .values({ workspaceId: file.workspaceId, fileId: file.id, content: text.content })
        .onConflictDoUpdate({ target: [fileTexts.workspaceId, fileTexts.fileId], set: { content: text.content } });
    const type: keyof typeof fileEvents = "file.changed";
    if (changed.ownerId !== null && changed.deletedAt === null)
      await emitEvent(tx, {
        workspaceId: file.workspaceId,
        type,
        payload: { file: toStoredFile(changed) },
        audiencePersonId: changed.ownerId,
      });
  });
}

type Found = { columns: Partial<FileRow>; content?: string; detail?: string | undefined };

const contentMissing: Found = {
  columns: { textState: "failed", textMessage: "The content of this file is missing on the server. Upload it again." },
  detail: "the blob is missing",
};

async function readText(blobs: BlobStore, row: FileRow, signal?: AbortSignal): Promise<Found | null> {
  const kind = textKindOf(row.mediaType);
  if (kind === null || row.textState !== "waiting") return null;
  const outcome: ExtractionOutcome = await extractText(kind, () => blobs.get(blobKey(row)), { signal });
  if (!outcome.ok) return { columns: { textState: "failed", textMessage: outcome.message }, detail: outcome.detail };
  return {
    content: outcome.text,
    columns: {
      textState: "ready",
      textMessage: outcome.notes.length > 0 ? outcome.notes.join(" ") : null,
      textPages: outcome.pages ?? null,
      textSheets: outcome.sheets ?? null,
      textKeptCharacters: outcome.text.length,
      textTotalCharacters: outcome.truncated?.totalCharacters ?? outcome.text.length,
    },
  };
}

async function readImage(blobs: BlobStore, row: FileRow, signal?: AbortSignal): Promise<Found | null> {
  if (!isSafeImage(row.mediaType)) return null;
  const thumbnail = await makeThumbnail(() => blobs.get(blobKey(row)), signal);
  // The image itself is kept and can be saved; there is just nothing small to show.
  if ("kind" in thumbnail)
    return { columns: {}, detail: thumbnail.kind === "crashed" ? thumbnail.detail : `thumbnail: ${thumbnail.kind}` };
  await blobs.put(blobKey(row, "thumbnail"), once(Buffer.from(thumbnail.webp, "base64")));
  return { columns: { imageWidth: thumbnail.width, imageHeight: thumbnail.height, hasThumbnail: true } };
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
