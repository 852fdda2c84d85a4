/**
 * How the server and a guest (the program around somebody's code) talk over a pipe: two lengths (unsigned 32 bit, little
 * endian), a JSON header, raw bytes. Both ends use this file, so it imports nothing.
 */
export interface Frame<Header> {
  header: Header;
  body: Uint8Array;
}

const maximumHeaderBytes = 2 ** 22;
const empty = new Uint8Array();

export function encodeFrame(header: unknown, body: Uint8Array = empty): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const frame = new Uint8Array(8 + text.length + body.length);
  const lengths = new DataView(frame.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, body.length, true);
  frame.set(text, 8);
  frame.set(body, 8 + text.length);
  return frame;
}

/**
 * Reads frames as they arrive. What comes from a guest is not to be believed: lengths are bounded before anything is kept,
 * and the header is only known to be JSON.
 * @throws Error for a header or body that is too long, or that is no JSON
 */
export async function* readFrames(
  stream: AsyncIterable<Uint8Array>,
  maximumBodyBytes: number,
): AsyncGenerator<Frame<unknown>> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let needed = 8;
  for await (const chunk of stream) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < needed) continue;
    let all = waiting.length === 1 ? chunk : joined(waiting, bytes);
    for (;;) {
      needed = 8;
      if (all.length < needed) break;
      const lengths = new DataView(all.buffer, all.byteOffset);
      const headerBytes = lengths.getUint32(0, true);
      const bodyBytes = lengths.getUint32(4, true);
      if (headerBytes > maximumHeaderBytes || bodyBytes > maximumBodyBytes) throw new Error("a frame is too long");
      needed = 8 + headerBytes + bodyBytes;
      if (all.length < needed) break;
      const header: unknown = JSON.parse(new TextDecoder().decode(all.subarray(8, 8 + headerBytes)));
      yield { header, body: all.subarray(8 + headerBytes, needed) };
      all = all.subarray(needed);
    }
    waiting = [all];
    bytes = all.length;
  }
}

function joined(chunks: Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
