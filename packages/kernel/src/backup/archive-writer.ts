import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { pack as createPack } from "tar-stream";
import { BackupError } from "./backup-error.ts";
import { type Ending, groupOf, names } from "./manifest.ts";

export interface ArchiveWriter {
  add(name: string, content: Buffer): Promise<void>;
  /** Adds content whose size is known; fails when it turns out to be another. */
  addStream(name: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes the sums, flushes, and gives the file its name. Returns its size in bytes. */
  finish(rest: Omit<Ending, "groups">): Promise<number>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

/**
 * Writes a tar compressed with zstd under another name, so that the wanted name appears only with a complete backup
 * behind it. Readable by its owner alone.
 */
export async function createArchive(file: string): Promise<ArchiveWriter> {
  const partial = `${file}.${process.pid}.partial`;
  // Flushed to the disk before it is closed.
  const output = createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true });
  await once(output, "ready");
  const pack = createPack();
  const compress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const written = pipeline(pack as unknown as Readable, compress, output);
  written.catch(() => undefined); // whoever waits for it next hears of it
  const sums = new Map<string, { entries: number; bytes: number; hash: Hash }>();

  function sumFor(name: string) {
    const group = groupOf(name);
    const sum = sums.get(group) ?? { entries: 0, bytes: 0, hash: createHash("sha256") };
    sums.set(group, sum);
    sum.entries += 1;
    sum.hash.update(`${name}\0`);
    return sum;
  }

  async function addStream(name: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    const sum = sumFor(name);
    const ended = Promise.withResolvers<void>();
    const entry = pack.entry({ name, size: bytes, mode: 0o600 }, (error) =>
      error ? ended.reject(error) : ended.resolve(),
    );
    ended.promise.catch(() => undefined);
    let seen = 0;
    for await (const chunk of content) {
      seen += chunk.length;
      if (seen > bytes) throw new BackupError(`${name} has grown while it was read. Make the backup again.`);
      sum.hash.update(chunk);
      sum.bytes += chunk.length;
      if (!entry.write(chunk)) await Promise.race([once(entry, "drain"), ended.promise, written]);
    }
    if (seen < bytes) throw new BackupError(`${name} ended after ${seen} of ${bytes} bytes. Make the backup again.`);
    entry.end(undefined);
    await Promise.race([ended.promise, written]);
  }

  const add = (name: string, content: Buffer) =>
    addStream(
      name,
      content.length,
      (async function* () {
        yield content;
      })(),
    );

  return {
    add,
    addStream,
    async finish(rest) {
      const groups = Object.fromEntries(
        [...sums].map(([group, { entries, bytes, hash }]) => [group, { entries, bytes, sha256: hash.digest("hex") }]),
      );
      await add(names.ending, Buffer.from(JSON.stringify({ ...rest, groups } satisfies Ending)));
      pack.finalize();
      await written;
      await rename(partial, file);
      await flushFolder(dirname(file));
      return (await stat(file)).size;
    },
    async abandon() {
      pack.destroy();
      await written.catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

/** A rename is on the disk only when its folder is. Windows cannot open folders, and journals renames itself. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
