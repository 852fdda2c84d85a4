import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ColumnFigures } from "./column-statistics.ts";
import type { ShownRow, ViewAsk } from "./result-store.ts";

/** What the page asks of the worker; each has a number by which its answer is known. */
export type WorkerAsk = { id: number; result: string } & (
  | { ask: "open"; columns: ResultColumn[]; blocksUrl: string; picksUrl: string }
  | { ask: "grow"; starts: number[]; rows: number }
  | { ask: "arrange"; view: ViewAsk }
  | { ask: "rows"; from: number; to: number }
  | { ask: "figures"; column: number }
  | { ask: "close" }
);

export type WorkerAnswer =
  | { id: number; type: "done"; value: number | null | ShownRow[] | ColumnFigures | undefined }
  | { id: number; type: "progress"; share: number }
  | { id: number; type: "failed"; message: string };
