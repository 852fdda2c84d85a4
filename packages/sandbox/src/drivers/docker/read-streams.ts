import type { Readable } from "node:stream";

const headBytes = 8;
/** Docker sends pieces of 32 kB at most; a head that says more is none. */
const longestPiece = 16 * 2 ** 20;

/**
 * Takes the two outputs of a container apart: each piece has a head of eight bytes, the stream's number in the first and
 * the length in the last four. Resolves at the end of the stream.
 * @throws for what is no such stream
 */
export async function readStreams(
  stream: Readable,
  output: (stream: "stdout" | "stderr", bytes: Uint8Array) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= headBytes) {
      const kind = rest[0];
      const length = rest.readUInt32BE(4);
      if ((kind !== 1 && kind !== 2) || length > longestPiece) throw new Error("Docker sent output that has no order.");
      if (rest.length < headBytes + length) break;
      output(kind === 1 ? "stdout" : "stderr", rest.subarray(headBytes, headBytes + length));
      rest = rest.subarray(headBytes + length);
    }
  }
}
