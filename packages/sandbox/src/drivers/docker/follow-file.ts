import { open } from "node:fs/promises";
import { PassThrough, type Readable } from "node:stream";

const everyMs = 50;

/** What is written to a file, as it is written; the stream ends with what is there when `stop` is called. */
export async function followFile(file: string): Promise<{ stream: Readable; stop(): Promise<void> }> {
  const handle = await open(file, "r");
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
  const timer = setInterval(() => void read().catch(() => undefined), everyMs);
  return {
    stream,
    async stop() {
      clearInterval(timer);
      await read().catch(() => undefined);
      await read().catch(() => undefined);
      await handle.close();
      stream.end();
    },
  };
}
