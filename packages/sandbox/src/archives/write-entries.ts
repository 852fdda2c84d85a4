import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { type ArchiveLimits, refuseArchive } from "./refuse-archive.ts";

export interface UnpackedFile {
  /** Relative to the folder, with slashes. */
  path: string;
  bytes: number;
}

export type ArchiveWriter = ReturnType<typeof archiveWriter>;

const ratioFromBytes = 10 * 2 ** 20;
const deepest = 32;
const namesLeftOut = 20;

/** Writes what an archive holds below a fresh folder, and counts it. Every method throws when the archive is to be refused. */
export function archiveWriter(folder: string, limits: ArchiveLimits, packedBytes: number, signal: AbortSignal) {
  const written: UnpackedFile[] = [];
  const leftOut: string[] = [];
  let entries = 0;
  let total = 0;

  function count(bytes: number): void {
    total += bytes;
    const bomb = total > ratioFromBytes && total > limits.ratio * packedBytes;
    if (total > limits.totalBytes || bomb) {
      throw tooLarge("The archive would become far too large when unpacked, and was left as it is.");
    }
  }
  function next(): void {
    signal.throwIfAborted();
    entries += 1;
    if (entries > limits.files) throw tooLarge(`The archive holds more than ${limits.files} files and folders.`);
  }

  return {
    folder: async (name: string): Promise<void> => {
      next();
      const steps = checkedSteps(name);
      if (steps.length > 0) await mkdir(join(folder, ...steps), { recursive: true });
    },
    async file(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
      next();
      const steps = checkedSteps(name);
      if (steps.length === 0) throw refuseArchive("The archive holds a file without a name.");
      const target = join(folder, ...steps);
      const path = steps.join("/");
      try {
        await mkdir(dirname(target), { recursive: true });
        // "wx": never over something that is there, so nothing can be written through it.
        const handle = await open(target, "wx", 0o644);
        let bytes = 0;
        try {
          for await (const chunk of content) {
            signal.throwIfAborted();
            bytes += chunk.length;
            if (bytes > limits.fileBytes) throw tooLarge(`"${path}" in the archive is larger than one file may be.`);
            count(chunk.length);
            await handle.write(chunk);
          }
        } finally {
          await handle.close();
        }
        written.push({ path, bytes });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EEXIST" && code !== "ENOTDIR" && code !== "EISDIR") throw error;
        throw refuseArchive(`The archive holds "${path}" twice, or as a file and as a folder.`, error);
      }
    },
    /** A link, a device or the like. */
    leaveOut(name: string): void {
      next();
      if (leftOut.length < namesLeftOut) leftOut.push(name.slice(0, 200));
    },
    files: () => written,
    leftOut: () => leftOut,
  };
}

function tooLarge(message: string): SandboxError {
  return new SandboxError("too_large", { message });
}

/**
 * The folders and the name of an entry, without "." in between.
 * @throws SandboxError for whatever could lead out of the folder on any system, or could not be a name
 */
function checkedSteps(name: string): string[] {
  const steps = name.split("/").filter((step, at, all) => step !== "." && !(step === "" && at === all.length - 1));
  const bad =
    name.length > 1000 ||
    steps.length > deepest ||
    steps.some((step) => step === "" || step === ".." || step.length > 255 || /[\\:]/.test(step)) ||
    Array.from(name).some((sign) => sign < " " || sign === "\u007f");
  if (bad) throw refuseArchive(`The archive holds a name that cannot be used: ${JSON.stringify(name.slice(0, 100))}.`);
  return steps;
}
