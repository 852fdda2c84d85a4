import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { S3Error } from "./signature.ts";

/**
 * The object's bytes from a request body as sent: plain, or wrapped in `aws-chunked` with a checksum in the trailer
 * (what current SDKs send for streams). Every hash and checksum that came along is compared with the bytes.
 * @throws S3Error 400 when the body is not what its headers promise.
 */
export function readObjectBytes(sent: Buffer, headers: IncomingHttpHeaders): Buffer {
  const promise = String(headers["x-amz-content-sha256"] ?? "");
  if (promise === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    const { content, trailers } = decodeAwsChunked(sent);
    if (content.length !== Number(headers["x-amz-decoded-content-length"]))
      throw new S3Error(400, "IncompleteBody", "The decoded body is not as long as x-amz-decoded-content-length says.");
    const announced = String(headers["x-amz-trailer"] ?? "");
    if (announced && !trailers.has(announced))
      throw new S3Error(400, "MalformedTrailerError", `The trailer ${announced} was announced and did not come.`);
    checkCrc32(content, trailers.get("x-amz-checksum-crc32"));
    return content;
  }
  if (/^[0-9a-f]{64}$/.test(promise)) {
    if (createHash("sha256").update(sent).digest("hex") !== promise)
      throw new S3Error(400, "XAmzContentSHA256Mismatch", "The body's SHA-256 is not what x-amz-content-sha256 says.");
  } else if (promise !== "UNSIGNED-PAYLOAD") {
    throw new S3Error(501, "NotImplemented", `x-amz-content-sha256 ${promise} is not implemented here.`);
  }
  const crc = headers["x-amz-checksum-crc32"];
  checkCrc32(sent, typeof crc === "string" ? crc : undefined);
  return sent;
}

function checkCrc32(content: Buffer, base64: string | undefined): void {
  if (base64 === undefined) return;
  const actual = Buffer.alloc(4);
  actual.writeUInt32BE(crc32(content));
  if (actual.toString("base64") !== base64)
    throw new S3Error(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.");
}

function decodeAwsChunked(sent: Buffer): { content: Buffer; trailers: Map<string, string> } {
  const incomplete = () => new S3Error(400, "IncompleteBody", "The request body ended unexpectedly.");
  const pieces: Buffer[] = [];
  let at = 0;
  const line = () => {
    const end = sent.indexOf("\r\n", at);
    if (end < 0) throw incomplete();
    const text = sent.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    const size = Number.parseInt(line(), 16);
    if (!(size >= 0)) throw incomplete();
    if (size === 0) break;
    if (at + size + 2 > sent.length) throw incomplete();
    pieces.push(sent.subarray(at, at + size));
    at += size + 2;
  }
  const trailers = new Map<string, string>();
  while (at < sent.length) {
    const [name, value] = line().split(":", 2);
    if (name && value !== undefined) trailers.set(name.toLowerCase(), value.trim());
  }
  return { content: Buffer.concat(pieces), trailers };
}
