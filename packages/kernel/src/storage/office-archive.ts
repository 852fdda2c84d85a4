import { PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import yauzl from "yauzl";
import type { BlobStore } from "./blobs/blob-store.ts";

const office = "application/vnd.openxmlformats-officedocument";
const kinds: [folder: string, mediaType: string][] = [
  ["word/", `${office}.wordprocessingml.document`],
  ["xl/", `${office}.spreadsheetml.sheet`],
  ["ppt/", `${office}.presentationml.presentation`],
];
const mostEntries = 10_000;

/**
 * The kind of Office file that a stored ZIP archive is, by its directory at the end: programs other than Word often put
 * the part that tells the kind last, where the first bytes of the file do not show it. Reads only the directory.
 * @returns null when it is another archive
 */
export async function officeTypeOfArchive(blobs: BlobStore, key: string, bytes: number): Promise<string | null> {
  let hasContentTypes = false;
  let mediaType: string | null = null;
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(new BlobReader(blobs, key), bytes, { lazyEntries: true });
    if (zip.entryCount > mostEntries) return null;
    for await (const { fileName } of zip.eachEntry()) {
      hasContentTypes ||= fileName === "[Content_Types].xml";
      mediaType ??= kinds.find(([folder]) => fileName.startsWith(folder))?.[1] ?? null;
    }
  } catch (error) {
    // yauzl has no class for its complaints about a damaged archive; what comes from the store is another matter.
    if (error instanceof StoreFailed) throw error.cause;
    return null;
  }
  return hasContentTypes ? mediaType : null;
}

class StoreFailed extends Error {}

class BlobReader extends yauzl.RandomAccessReader {
  readonly #blobs: BlobStore;
  readonly #key: string;

  constructor(blobs: BlobStore, key: string) {
    super();
    this.#blobs = blobs;
    this.#key = key;
  }

  /** @param end exclusive */
  override _readStreamForRange(start: number, end: number): Readable {
    const through = new PassThrough();
    const fail = (cause: unknown) => through.destroy(new StoreFailed("The store failed.", { cause }));
    this.#blobs.get(this.#key, { start, end: end - 1 }).then((part) => part.on("error", fail).pipe(through), fail);
    return through;
  }
}
