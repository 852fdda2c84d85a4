import type { Readable } from "node:stream";
import yauzl from "yauzl";
import { Unreadable } from "./unreadable.ts";

const most = {
  entries: 10_000,
  unpackedBytes: 400 * 2 ** 20,
  /** Office files stay below 30 or so; deflate can reach 1,032. Looked at from 50 MiB on, since small ones do no harm. */
  ratio: 150,
  ratioFromBytes: 50 * 2 ** 20,
};

/**
 * Refuses archives that would burst when unpacked, before a parser for Office files sees them: first by the sizes in the
 * central directory (which also tells overlapping entries, as they are summed), then by unpacking every entry to
 * nowhere, because a directory can lie; yauzl stops at the first byte more than was announced.
 * @throws Unreadable
 */
export async function assertHarmlessZip(content: Buffer): Promise<void> {
  try {
    const zip = await yauzl.fromBufferPromise(content, {
      autoClose: false,
      lazyEntries: true,
      validateEntrySizes: true,
    });
    const entries: yauzl.Entry[] = [];
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw new Unreadable("The file is protected by a password. Save a copy without it.");
      entries.push(entry);
      unpacked += entry.uncompressedSize;
      assertSizes(entries.length, unpacked, content.length);
    }
    for (const entry of entries) await unpackToNowhere(await zip.openReadStreamPromise(entry));
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("The file is damaged, or is not what it says it is, and cannot be read.", { cause: error });
  }
}

function assertSizes(entries: number, unpacked: number, packed: number): void {
  if (entries > most.entries)
    throw new Unreadable(
      `The file has more than ${most.entries.toLocaleString("en")} parts, and is not read for safety.`,
    );
  if (unpacked > most.unpackedBytes || (unpacked > most.ratioFromBytes && unpacked > most.ratio * packed))
    throw new Unreadable("The file would become far too large when unpacked, and is not read for safety.");
}

async function unpackToNowhere(content: Readable): Promise<void> {
  for await (const _ of content);
}
