import type { Readable } from "node:stream";

/** A figure that is larger than this (8 MiB) is left out. */
const longestLine = 8 * 2 ** 20;

/** Reads the protocol of inside/python/mindmesh.py: one JSON object per line. What is none is left out. */
export function readDisplays(stream: Readable, receive: (message: object) => void): void {
  let pieces: Buffer[] = [];
  let length = 0;
  stream.on("data", (bytes: Buffer) => {
    let rest = bytes;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      add(rest.subarray(0, end));
      if (length <= longestLine) take(Buffer.concat(pieces).toString());
      pieces = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    add(rest);
  });

  function add(piece: Buffer): void {
    length += piece.length;
    if (length <= longestLine) pieces.push(piece);
    else pieces = [];
  }

  function take(line: string): void {
    try {
      const message: unknown = JSON.parse(line);
      if (typeof message === "object" && message !== null) receive(message);
    } catch {
      // The program wrote to the descriptor on its own account.
    }
  }
}
