import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors/index.ts";
import { blobKey } from "./blobs/blob-store.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { parseByteRange } from "./byte-range.ts";
import { contentDisposition } from "./file-name.ts";
import { isSafeImage, servedMediaType } from "./media-type.ts";
import type { FileRow } from "./schema.ts";

/**
 * Answers with a file's content; checks no rights. Raster images are shown, everything else is saved. Whatever it is, the
 * browser may not guess its type, run it, or let another site embed it. Asks again each time (rights may be gone) and is
 * told "not modified" cheaply.
 * @param options.save saves images, too
 */
export async function sendFile(
  blobs: BlobStore,
  row: FileRow,
  http: { request: FastifyRequest; reply: FastifyReply },
  options: { save: boolean },
): Promise<FastifyReply> {
  const inline = isSafeImage(row.mediaType) && !options.save;
  http.reply.header("content-disposition", contentDisposition(inline ? "inline" : "attachment", row.name));
  return send(blobs, http, {
    key: blobKey(row),
    bytes: row.bytes,
    etag: `"${row.sha256?.toString("hex")}"`,
    mediaType: servedMediaType(row.mediaType),
  });
}

/** Answers with a file's thumbnail; checks no rights. @throws AppError not_found when it has none */
export async function sendThumbnail(
  blobs: BlobStore,
  row: FileRow,
  http: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const key = blobKey(row, "thumbnail");
  const found = row.hasThumbnail ? await blobs.head(key) : null;
  if (found === null) throw new AppError("not_found");
  const etag = `"${row.sha256?.toString("hex")}-thumbnail"`;
  return send(blobs, http, { key, bytes: found.bytes, etag, mediaType: "image/webp" });
}

async function send(
  blobs: BlobStore,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  blob: { key: string; bytes: number; etag: string; mediaType: string },
): Promise<FastifyReply> {
  reply.headers({
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache, no-transform",
    "accept-ranges": "bytes",
    etag: blob.etag,
  });
  const known = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(blob.etag)) return reply.status(304).send();

  const ifRange = request.headers["if-range"];
  const wanted = ifRange === undefined || ifRange === blob.etag ? request.headers.range : undefined;
  const range = parseByteRange(wanted, blob.bytes);
  if (range === "unsatisfiable") return reply.status(416).header("content-range", `bytes */${blob.bytes}`).send();
  if (range) reply.status(206).header("content-range", `bytes ${range.start}-${range.end}/${blob.bytes}`);
  reply.type(blob.mediaType).header("content-length", range ? range.end - range.start + 1 : blob.bytes);
  // An empty file has no range that a store could be asked for; HEAD needs no content.
  const nothing = request.method === "HEAD" || blob.bytes === 0;
  return reply.send(nothing ? Readable.from([]) : await blobs.get(blob.key, range));
}
