import type { ByteRange } from "./blobs/blob-store.ts";

/**
 * Reads the HTTP Range header (RFC 9110, section 14) for a file of `bytes` bytes.
 * @returns the range; `undefined` when the whole file is to be sent (no header, another unit, several ranges, which a
 * server may ignore); `"unsatisfiable"` for 416
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange | undefined | "unsatisfiable" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(/\s/g, "") ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? "unsatisfiable" : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= bytes ? "unsatisfiable" : { start, end };
}
