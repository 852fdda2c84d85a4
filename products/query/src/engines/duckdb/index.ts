import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "../../connections/local-files.ts";
import { answerOf } from "../child/answer-of.ts";
import { openFileSession } from "../child/file-session.ts";
import { startChild } from "../child/start-child.ts";
import type { Engine, FileTarget } from "../engine.ts";

/** DuckDB is given 1 GiB of it; the rest is for Node, its buffers and what DuckDB does not count. */
const memoryBytes = 2 * 1024 ** 3;
const loadMilliseconds = 600_000;
const program = new URL("./duckdb.child.ts", import.meta.url);

/** DuckDB files, and CSV, Parquet and XLSX files as tables of one, each session in a process of its own. */
export const duckdbEngine: Engine<FileTarget> = {
  async open(target, { signal }) {
    const { scratch, store, whyNotWritten, release } = target;
    const path = await databaseOf(target, signal);
    return openFileSession(
      { engine: "duckdb", program, nativeCode: true, memoryBytes, path, scratch, store, whyNotWritten, release },
      signal,
    );
  },
};

/** The database file itself, or one that is made of the files once and kept beside them. */
async function databaseOf({ files, scratch }: FileTarget, signal: AbortSignal): Promise<string> {
  const [first] = files;
  if (first === undefined) throw new Error("a connection of files has at least one");
  if (first.format === "duckdb") return first.path;
  const contents = JSON.stringify(files.map(({ path, format, table }) => [path, format, table]));
  const name = createHash("sha256").update(contents).digest("hex").slice(0, 32);
  return once(join(dirname(first.path), `${name}.duckdb`), async (made) => {
    const child = startChild({ program, memoryBytes, nativeCode: true, writable: scratch });
    const unfinished = join(scratch, "loaded.duckdb");
    try {
      const request = { ask: "load", path: unfinished, files, scratch } as const;
      await answerOf(child, request, { milliseconds: loadMilliseconds, signal });
      await rename(unfinished, made);
    } finally {
      await child.kill();
      await rm(unfinished, { force: true });
    }
  });
}
