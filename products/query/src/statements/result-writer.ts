import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Cell, CutCell } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";

const compress = promisify(gzip);

/** UTF-16 units of values in a block: few enough that a browser reads one between two frames. */
const blockUnits = 256 * 1024;
const blockRows = 2000;

export interface StoredBlock {
  firstRow: number;
  rows: number;
  /** gzip of the JSON of a ResultBlock. */
  content: Buffer;
}

/**
 * Puts rows together into blocks and stores them, one at a time while the next one fills: two blocks at most are in memory.
 * The first one is as small as what came first, so that somebody sees it at once.
 */
export function createResultWriter(
  store: (block: StoredBlock) => Promise<void>,
  onBlock: (block: ResultBlock, isFirst: boolean) => void,
) {
  const written = { rows: 0, bytes: 0 };
  let rows: Cell[][] = [];
  let cuts: CutCell[] = [];
  let units = 0;
  let firstRow = 0;
  let storing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    if (rows.length === 0) return;
    const block: ResultBlock = { firstRow, rows, cuts };
    firstRow += rows.length;
    rows = [];
    cuts = [];
    units = 0;
    const json = Buffer.from(JSON.stringify(block));
    written.bytes += json.length;
    await storing;
    storing = compress(json, { level: 1 })
      .then((content) => store({ firstRow: block.firstRow, rows: block.rows.length, content }))
      .then(() => onBlock(block, block.firstRow === 0));
    // It is awaited before the next one and at the end; until then nobody shall take its failure for a lost one.
    storing.catch(() => undefined);
  }

  return {
    written,
    /** Takes rows; resolves when there is room for more. @throws what storing an earlier block threw */
    async push(more: Cell[][], moreCuts: CutCell[]): Promise<void> {
      for (const row of more) {
        rows.push(row);
        for (const value of row) units += value === null ? 4 : value.length;
      }
      for (const cut of moreCuts) cuts.push(cut);
      written.rows += more.length;
      if (firstRow === 0 || units >= blockUnits || rows.length >= blockRows) await flush();
    },
    /** Resolves when everything is stored. @throws what storing threw */
    async finish(): Promise<void> {
      await flush();
      await storing;
    },
  };
}
