import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import type { ArchiveWriter } from "./write-entries.ts";

type Entry = AsyncIterable<Uint8Array> & { header: tar.Header };

/** Passes the entries of a tar to the writer. The library itself bounds what it keeps of a header (long names and the like). */
export async function tarEntries(
  hostPath: string,
  compressed: boolean,
  writer: ArchiveWriter,
  signal: AbortSignal,
): Promise<void> {
  const entries = tar.extract();
  const unpacking = compressed
    ? pipeline(createReadStream(hostPath), createGunzip(), entries, { signal })
    : pipeline(createReadStream(hostPath), entries, { signal });
  // Its failure comes out of the loop too, except where that has ended first.
  const failed = unpacking.catch((error: unknown) => error);
  try {
    for await (const entry of entries as AsyncIterable<Entry>) {
      const { name, type } = entry.header;
      if (type === "directory") await writer.folder(name);
      else if (type === "file" || type === "contiguous-file") await writer.file(name, entry);
      else writer.leaveOut(name);
      for await (const _ of entry);
    }
  } finally {
    entries.destroy();
  }
  const error = await failed;
  if (error !== undefined) throw error;
}
