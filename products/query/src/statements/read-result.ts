import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type ResultBlock } from "@mindmesh/contracts/query/statements";
import type { Database } from "@mindmesh/kernel/db";
import { and, asc, eq, gt, gte, lte, sql } from "drizzle-orm";
import { type StatementRow, resultBlocks } from "../schema.ts";

const decompress = promisify(gunzip);

type ResultPlace = Pick<StatementRow, "workspaceId" | "id" | "resultOf">;

/** The rows of a statement; those of another one where it showed a cached result. */
const ofResult = ({ workspaceId, id, resultOf }: ResultPlace) =>
  and(eq(resultBlocks.workspaceId, workspaceId), eq(resultBlocks.statementId, resultOf ?? id));

const read = async (content: Buffer) => JSON.parse((await decompress(content)).toString("utf8")) as ResultBlock;

/** Where the blocks of a result begin and how many rows each has. */
export function blocksOf(db: Database, place: ResultPlace): Promise<{ firstRow: number; rows: number }[]> {
  return db.withWorkspace({ workspaceId: place.workspaceId }, (tx) =>
    tx
      .select({ firstRow: resultBlocks.firstRow, rows: resultBlocks.rows })
      .from(resultBlocks)
      .where(ofResult(place))
      .orderBy(asc(resultBlocks.firstRow)),
  );
}

/** A block as it is stored: gzip of the JSON of a ResultBlock. Null when there is none that begins there. */
export async function storedBlock(db: Database, place: ResultPlace, firstRow: number): Promise<Buffer | null> {
  const [found] = await db.withWorkspace({ workspaceId: place.workspaceId }, (tx) =>
    tx
      .select({ content: resultBlocks.content })
      .from(resultBlocks)
      .where(and(ofResult(place), eq(resultBlocks.firstRow, firstRow))),
  );
  return found?.content ?? null;
}

/** The first rows; null when there are none. */
export async function firstBlock(db: Database, place: ResultPlace): Promise<ResultBlock | null> {
  const content = await storedBlock(db, place, 0);
  return content && read(content);
}

/** All rows of a result, a block at a time, so that memory stays small. */
export async function* readBlocks(db: Database, place: ResultPlace): AsyncGenerator<ResultBlock> {
  for (let after = -1; ;) {
    const [found] = await db.withWorkspace({ workspaceId: place.workspaceId }, (tx) =>
      tx
        .select()
        .from(resultBlocks)
        .where(and(ofResult(place), gt(resultBlocks.firstRow, after)))
        .orderBy(asc(resultBlocks.firstRow))
        .limit(1),
    );
    if (!found) return;
    after = found.firstRow;
    yield await read(found.content);
  }
}

/** Some rows of a result by their numbers, in the order asked for; a number beyond the end gives no row. */
export async function pickRows(
  db: Database,
  place: ResultPlace,
  wanted: number[],
): Promise<Pick<ResultBlock, "rows" | "cuts">> {
  const found = new Map<number, ResultBlock["rows"][number]>();
  const cuts: ResultBlock["cuts"] = [];
  const asked = new Set(wanted);
  const sorted = [...asked].toSorted((one, other) => one - other);
  for (let at = 0; at < sorted.length;) {
    const row = sorted[at] ?? 0;
    const [stored] = await db.withWorkspace({ workspaceId: place.workspaceId }, (tx) =>
      tx
        .select()
        .from(resultBlocks)
        .where(
          and(
            ofResult(place),
            lte(resultBlocks.firstRow, row),
            gte(sql`${resultBlocks.firstRow} + ${resultBlocks.rows}`, row + 1),
          ),
        ),
    );
    if (!stored) break;
    const block = await read(stored.content);
    const end = stored.firstRow + stored.rows;
    for (; at < sorted.length && (sorted[at] ?? 0) < end; at += 1) {
      const cells = block.rows[(sorted[at] ?? 0) - stored.firstRow];
      if (cells) found.set(sorted[at] ?? 0, cells);
    }
    for (const cut of block.cuts) if (asked.has(cut.row)) cuts.push(cut);
  }
  return { rows: wanted.flatMap((row) => (found.has(row) ? [found.get(row) ?? []] : [])), cuts };
}
