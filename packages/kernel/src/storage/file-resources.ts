import { buffer } from "node:stream/consumers";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { tenantOf } from "../http/index.ts";
import type { ResourceSource } from "../resources/index.ts";
import { type BlobStore, blobKey } from "./blobs/blob-store.ts";
import { readFileText } from "./file-text.ts";
import { listFiles } from "./list-files.ts";
import { type FileGrant, readableFile } from "./readable-file.ts";

/** Characters of text, and bytes of an image, that are given at once; what a model could take in. */
const mostCharacters = 1_000_000;
const mostImageBytes = 4 * 1024 * 1024;

interface FileResourceDependencies {
  db: Database;
  blobs: Pick<BlobStore, "get">;
  grants: readonly FileGrant[];
}

/** A person's files as things to read: the text that was read from them, or a small image itself. */
export function fileResources({ db, blobs, grants }: FileResourceDependencies): ResourceSource {
  return {
    kind: "files",
    title: "Files",
    purpose: "A file of the person: its text where it has one (PDF, DOCX, XLSX, CSV, plain text), an image as it is.",
    async list(caller, { cursor, limit }) {
      const found = await listFiles(db, caller, { before: cursor, limit: limit + 1 });
      const items = found.slice(0, limit);
      return {
        items: items.map(({ id, name, mediaType, bytes, createdAt }) => ({
          id,
          title: name,
          mediaType: mediaType.startsWith("image/") ? mediaType : "text/plain",
          bytes,
          changedAt: createdAt,
        })),
        nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null,
      };
    },
    async read(caller, id) {
      const { file, text } = await db.withWorkspace(tenantOf(caller), async (tx) => {
        const readable = await readableFile(tx, caller, id, grants);
        return { file: readable, text: await readFileText(tx, readable) };
      });
      if (text !== "") {
        const cut =
          text.length > mostCharacters ? `\n\n[Cut after ${mostCharacters} characters of ${text.length}.]` : "";
        return { mediaType: "text/plain", text: `${text.slice(0, mostCharacters).toWellFormed()}${cut}` };
      }
      if (file.mediaType.startsWith("image/") && file.bytes <= mostImageBytes) {
        return { mediaType: file.mediaType, base64: (await buffer(await blobs.get(blobKey(file)))).toString("base64") };
      }
      throw new AppError("unsupported_type", {
        message: file.textMessage ?? "There is no text in this file, and no image small enough to give.",
      });
    },
  };
}
