import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { extract as createExtract } from "tar-stream";
import { BackupError } from "./backup-error.ts";
import { type Ending, type Manifest, ending, groupOf, names, readManifest } from "./manifest.ts";

export interface ArchiveEntry {
  name: string;
  bytes: number;
  /** To be read to its end before the next entry. */
  content: AsyncIterable<Buffer>;
}

export interface ArchiveVisitor {
  /** Bytes of the file read so far. */
  progress?(bytes: number): void;
  manifest(manifest: Manifest): Promise<void> | void;
  /** Every entry but the manifest and the sums. */
  entry(entry: ArchiveEntry): Promise<void>;
}

/** Larger descriptions are nobody's backup; they would be read into memory. */
const mostDescriptionBytes = 256 * 1024 * 1024;

/**
 * Reads a backup from beginning to end and compares all sums. What the visitor did with a backup that turns out to be
 * damaged must be undone by the caller.
 * @throws BackupError when it is damaged, incomplete, of a newer program or no backup at all
 */
export async function readArchive(file: string, visitor: ArchiveVisitor): Promise<Ending> {
  const input = createReadStream(file);
  const extract = createExtract();
  input.on("data", () => visitor.progress?.(input.bytesRead));
  let wake = (): void => undefined;
  extract.on("drain", () => wake()).on("close", () => wake());
  const room = () => new Promise<void>((resolve) => (wake = resolve));
  // Not a part of the pipeline: it would take the end of the last entry for the end of everything, and overlook that the
  // compressed stream is cut off behind it.
  const reading = pipeline(input, createZstdDecompress(), async (unpacked: AsyncIterable<Buffer>) => {
    for await (const chunk of unpacked) {
      if (!extract.write(chunk)) await room();
      if (extract.destroyed) return;
    }
    extract.end(undefined);
  });
  reading.catch((error: Error) => extract.destroy(error)); // the loop below fails with it
  const sums = new Map<string, { entries: number; bytes: number; hash: Hash }>();
  let found: Ending | undefined;
  let first = true;
  let byVisitor: unknown;
  // What a visitor meets while it reads an entry is the archive's fault and not its own.
  let byArchive: unknown;
  const visiting = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      byVisitor = error;
      throw error;
    });

  try {
    for await (const entry of extract) {
      const { name, size } = entry.header;
      if (found !== undefined) throw new BackupError("something follows the end");
      const group = groupOf(name);
      const sum = sums.get(group) ?? { entries: 0, bytes: 0, hash: createHash("sha256") };
      sums.set(group, sum);
      sum.entries += 1;
      sum.hash.update(`${name}\0`);
      const content = (async function* () {
        try {
          for await (const chunk of entry as AsyncIterable<Buffer>) {
            sum.bytes += chunk.length;
            sum.hash.update(chunk);
            yield chunk;
          }
        } catch (error) {
          byArchive = error;
          throw error;
        }
      })();
      if (first !== (name === names.manifest)) throw new BackupError("it does not begin with its description");
      first = false;
      if (name === names.manifest) {
        await visiting(Promise.resolve(visitor.manifest(readManifest(await textOf(content, size)))));
      } else if (name === names.ending) {
        sums.delete(group);
        found = ending.parse(JSON.parse(await textOf(content, size)));
      } else {
        await visiting(visitor.entry({ name, bytes: size, content }));
      }
    }
    await reading;
    if (found === undefined) throw new BackupError("its end is missing");
    compare(found, sums);
    return found;
  } catch (error) {
    extract.destroy();
    input.destroy();
    if (error === byVisitor && error !== byArchive) throw error;
    if (error instanceof BackupError && error.message.startsWith("This backup")) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new BackupError(`There is no file ${file}.`, { cause: error });
    }
    const why = error instanceof BackupError ? error.message : "it cannot be unpacked";
    throw new BackupError(`${file} is not a backup of Mindmesh, or it is damaged: ${why}. Nothing was changed.`, {
      cause: error,
    });
  }
}

async function textOf(content: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  if (bytes > mostDescriptionBytes) throw new BackupError("its description is too large");
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function compare(expected: Ending, sums: Map<string, { entries: number; bytes: number; hash: Hash }>): void {
  const wrong = Object.entries(expected.groups)
    .filter(([group, { entries, bytes, sha256 }]) => {
      const sum = sums.get(group);
      return sum?.entries !== entries || sum.bytes !== bytes || sum.hash.digest("hex") !== sha256;
    })
    .map(([group]) => group);
  const unknown = [...sums.keys()].filter((group) => !(group in expected.groups));
  if (wrong.length + unknown.length > 0) {
    throw new BackupError(`the content of ${[...wrong, ...unknown].join(", ")} is not what was written`);
  }
}
