import { watch } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough, type Readable } from "node:stream";

/** Where the system tells of no change, as on some network file systems. */
const everyMs = 250;

export interface FollowedFile {
  stream: Readable;
  /** Empties the file, once all that is in it has been read. For writers that append. */
  empty(): Promise<void>;
  /** The stream ends with what is there now. */
  stop(): Promise<void>;
}

/** What is written to a file, as it is written. */
export async function followFile(file: string): Promise<FollowedFile> {
  const handle = await open(file, "r+");
  const stream = new PassThrough();
  const buffer = Buffer.alloc(256 * 1024);
  let at = 0;
  let reading: Promise<void> | undefined;

  async function readOn(): Promise<void> {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      stream.write(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  }
  const read = () => (reading ??= readOn().finally(() => (reading = undefined)));
  const look = () => void read().catch(() => undefined);
  const timer = setInterval(look, everyMs);
  const watcher = watch(file, look).on("error", () => undefined);
  /** A read that was under way may have looked before the last write. */
  const readAll = async () => {
    await read();
    await read();
  };
  return {
    stream,
    async empty() {
      await readAll();
      await handle.truncate(0);
      at = 0;
    },
    async stop() {
      clearInterval(timer);
      watcher.close();
      await readAll().catch(() => undefined);
      await handle.close();
      stream.end();
    },
  };
}
