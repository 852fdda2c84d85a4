/** Bytes of one cell that are passed on; what is longer is cut and said to be (`CutCell`). */
export const cellBytesLimit = 64 * 1024;

/** Bytes of rows that travel together as one part of a result. */
export const partBytes = 64 * 1024;

/** The largest length up to `limit` at which UTF-8 bytes can be cut without breaking a character. */
export function characterEnd(bytes: Uint8Array, limit: number): number {
  if (bytes.length <= limit) return bytes.length;
  let end = limit;
  // A character has at most three bytes that continue it (10xxxxxx).
  for (let back = 0; back < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80; back += 1) end -= 1;
  return ((bytes[end] ?? 0) & 0xc0) === 0x80 ? limit : end;
}
