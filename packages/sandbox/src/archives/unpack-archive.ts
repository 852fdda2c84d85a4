import { chmod, mkdtemp, open, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { type ArchiveLimits, refuseArchive } from "./refuse-archive.ts";
import { tarEntries } from "./tar-entries.ts";
import { type UnpackedFile, archiveWriter } from "./write-entries.ts";
import { zipEntries } from "./zip-entries.ts";

export type { ArchiveLimits };

export const defaultArchiveLimits: ArchiveLimits = {
  files: 1000,
  totalBytes: 256 * 2 ** 20,
  fileBytes: 64 * 2 ** 20,
  // Text and CSV stay below 30; deflate can reach 1,032.
  ratio: 150,
};

export type ArchiveFormat = "zip" | "tar" | "tar.gz";

/**
 * Unpacks a zip, tar or tar.gz that nobody vouches for into a folder that is not there yet or empty; whole, or not at all.
 * Only folders and regular files come out, readable by all and never to be started; links, devices and the like are left
 * out and named. What is unpacked is counted as it comes, whatever the archive announces.
 * @throws SandboxError unsupported_type (no such archive), invalid_fields (names that lead out of the folder or come twice,
 *   a password, damage), too_large (over a limit); the message says which. Aborting rejects with the signal's reason.
 */
export async function unpackArchive(archive: {
  hostPath: string;
  into: string;
  limits?: Partial<ArchiveLimits>;
  signal?: AbortSignal;
}): Promise<{ format: ArchiveFormat; files: UnpackedFile[]; leftOut: string[] }> {
  const { hostPath, into, signal = new AbortController().signal } = archive;
  const format = await formatOf(hostPath);
  const { size: packedBytes } = await stat(hostPath);
  // Beside the target, so that it can be moved there in one step.
  const stage = await mkdtemp(join(dirname(into), `.${basename(into)}-`));
  try {
    await chmod(stage, 0o755);
    const writer = archiveWriter(stage, { ...defaultArchiveLimits, ...archive.limits }, packedBytes, signal);
    try {
      if (format === "zip") await zipEntries(hostPath, writer);
      else await tarEntries(hostPath, format === "tar.gz", writer, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SandboxError || isOfTheDisk(error)) throw error;
      throw refuseArchive("The archive is damaged and was not unpacked.", error);
    }
    await rmdir(into).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(stage, into);
    return { format, files: writer.files(), leftOut: writer.leftOut() };
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    throw error;
  }
}

/** Not the archive's fault. */
function isOfTheDisk(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EROFS" || code === "EACCES";
}

/** By its first bytes; a name proves nothing. */
async function formatOf(hostPath: string): Promise<ArchiveFormat> {
  const handle = await open(hostPath, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return "tar.gz";
    const mark = buffer.toString("latin1", 0, 4);
    if (mark === "PK\u0003\u0004" || mark === "PK\u0005\u0006") return "zip";
    if (buffer.toString("latin1", 257, 262) === "ustar") return "tar";
  } finally {
    await handle.close();
  }
  throw new SandboxError("unsupported_type", { message: "This is no zip, tar or tar.gz archive." });
}
