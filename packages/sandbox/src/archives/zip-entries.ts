import yauzl from "yauzl";
import { refuseArchive } from "./refuse-archive.ts";
import type { ArchiveWriter } from "./write-entries.ts";

const typeBits = 0o170000;
const regularFile = 0o100000;

/** Passes the entries of a zip to the writer. The sizes that it announces are checked by yauzl as they come. */
export async function zipEntries(hostPath: string, writer: ArchiveWriter): Promise<void> {
  // A backslash in a name is not turned into a folder, but refused.
  const zip = await yauzl.openPromise(hostPath, { lazyEntries: true, autoClose: false, strictFileNames: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      // Made on Unix, the upper half holds the kind of file; other systems leave it empty.
      const kind = (entry.externalFileAttributes >>> 16) & typeBits;
      if (entry.isEncrypted()) throw refuseArchive("The archive is protected by a password. Save a copy without it.");
      if (name.endsWith("/")) await writer.folder(name);
      else if (kind !== 0 && kind !== regularFile) writer.leaveOut(name);
      else await writer.file(name, (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>);
    }
  } finally {
    zip.close();
  }
}
