import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";
import { AppError } from "@mindmesh/kernel/errors";
import { atMost, runIsolated } from "@mindmesh/kernel/isolated";
import { memberNames } from "./json.ts";

const program = new URL("parquet.child.ts", import.meta.url);
const oneAtATime = atMost(1);
const limits = { milliseconds: 5 * 60_000, memoryBytes: 1024 ** 3, outputBytes: 10_000 };

/** What the child is told. */
export interface ParquetWork {
  /** A file of JSON objects of text and null by `c0`, `c1`…, one per line. */
  input: string;
  output: string;
  /** Bytes of the longest line. */
  longest: number;
  columns: Pick<ResultColumn, "name" | "kind">[];
}

async function* jsonRows(blocks: AsyncIterable<ResultBlock>, onLine: (bytes: number) => void): AsyncGenerator<string> {
  for await (const { rows } of blocks) {
    let text = "";
    for (const row of rows) {
      const line = JSON.stringify(Object.fromEntries(row.map((value, at) => [`c${at}`, value])));
      onLine(Buffer.byteLength(line));
      text += `${line}\n`;
    }
    yield text;
  }
}

/**
 * A result as a Parquet file, made by DuckDB in a process of its own. A column has the type of its kind where every value fits
 * into it exactly, and is text otherwise.
 * @throws AppError internal
 */
export async function parquetFile(columns: ResultColumn[], blocks: AsyncIterable<ResultBlock>): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-parquet-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const names = memberNames(columns);
    const work: ParquetWork = {
      input: join(folder, "rows.jsonl"),
      output: join(folder, "result.parquet"),
      longest: 0,
      columns: columns.map(({ kind }, at) => ({ name: names[at] ?? "", kind })),
    };
    const lines = jsonRows(blocks, (bytes) => {
      work.longest = Math.max(work.longest, bytes);
    });
    await pipeline(Readable.from(lines, { objectMode: false }), createWriteStream(work.input));
    const told = Readable.from([JSON.stringify(work)], { objectMode: false });
    const outcome = await oneAtATime(() => runIsolated(program, [], told, limits, true));
    if (outcome.kind !== "finished") {
      throw new AppError("internal", {
        message: "The Parquet file could not be made. It has been recorded; try another format.",
        cause: outcome,
      });
    }
    const content = createReadStream(work.output);
    content.once("close", () => void remove());
    return content;
  } catch (error) {
    await remove();
    throw error;
  }
}
