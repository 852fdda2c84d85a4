import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { AppError } from "../errors/index.ts";
import { sniffBytes } from "./media-type.ts";

export type MeteredContent = {
  content: AsyncGenerator<Buffer>;
  /** Known when `content` has been read to its end. */
  result(): { bytes: number; sha256: Buffer; head: Buffer };
};

/**
 * Passes an upload on and meanwhile counts, hashes and keeps its beginning. Gives up when it exceeds `most.bytes`
 * (throws `most.error`), sends nothing for a while, or breaks off. The source is left open when reading stops early:
 * closing a request would close its connection before the answer is out.
 */
export function meterContent(
  source: Readable,
  most: { bytes: number; error: () => AppError; idleMilliseconds: number },
): MeteredContent {
  const hash = createHash("sha256");
  const head: Buffer[] = [];
  let bytes = 0;

  async function* content(): AsyncGenerator<Buffer> {
    // Runs only while the source is waited for: a slow store is not the sender's fault.
    const startIdle = () => setTimeout(() => source.destroy(brokenOff("The upload stalled.")), most.idleMilliseconds);
    let idle = startIdle();
    try {
      for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        clearTimeout(idle);
        if (bytes < sniffBytes) head.push(chunk.subarray(0, sniffBytes - bytes));
        bytes += chunk.length;
        if (bytes > most.bytes) throw most.error();
        hash.update(chunk);
        yield chunk;
        idle = startIdle();
      }
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      const byClient = code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR";
      throw byClient ? brokenOff("The upload was broken off.", error) : error;
    } finally {
      clearTimeout(idle);
    }
  }

  return { content: content(), result: () => ({ bytes, sha256: hash.digest(), head: Buffer.concat(head) }) };
}

function brokenOff(what: string, cause?: unknown): AppError {
  return new AppError("bad_request", { message: `${what} Nothing was stored; upload the file again.`, cause });
}
