import type { Readable } from "node:stream";

/** Inclusive byte positions, as in the HTTP Range header. */
export type ByteRange = { start: number; end: number };

/**
 * Where the bytes of files are kept. Keys are made by `blobKey` only, never from what a person typed. A blob is written
 * once and is then either whole or absent: nobody can see a part of it.
 */
export type BlobStore = {
  /** `folder` or `s3`, with the place, for the operator. */
  describe(): string;
  /**
   * Stores a stream; when it fails, or `signal` aborts, nothing stays behind.
   * @returns the number of bytes stored
   * @throws AppError storage_full when the store has no room
   */
  put(key: string, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<number>;
  /** The content, or a part of it. @throws AppError not_found */
  get(key: string, range?: ByteRange): Promise<Readable>;
  head(key: string): Promise<{ bytes: number } | null>;
  /** Deleting what is not there is a success. */
  delete(key: string): Promise<void>;
  /** All blobs, in no particular order. */
  list(): AsyncIterable<{ key: string; storedAt: Date }>;
  /** Removes what uploads left that began before `olderThan` and never ended (a killed server). @returns how many */
  removeUnfinished(olderThan: Date): Promise<number>;
  /** Writes, reads back and deletes a small blob. @throws when the store cannot be used, with the reason */
  check(): Promise<void>;
};

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const keyForm = new RegExp(`^(?<workspaceId>${uuid})/(?<fileId>${uuid})(?<thumbnail>\\.thumbnail)?$`);

/** The key of a file's content or thumbnail. */
export function blobKey(file: { workspaceId: string; id: string }, part: "content" | "thumbnail" = "content"): string {
  return assertKey(`${file.workspaceId}/${file.id}${part === "thumbnail" ? ".thumbnail" : ""}`);
}

/** The last wall before a path or a URL: anything but two lower-case UUIDs is a fault of ours. */
export function assertKey(key: string): string {
  if (!keyForm.test(key)) throw new Error(`Not a blob key: ${JSON.stringify(key)}`);
  return key;
}

/** The file that a key belongs to, or null when the key is not one of ours. */
export function fileOfKey(key: string): { workspaceId: string; id: string } | null {
  const groups = keyForm.exec(key)?.groups;
  return groups ? { workspaceId: groups.workspaceId!, id: groups.fileId! } : null;
}
