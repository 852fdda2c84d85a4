import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Cell, PlanNode } from "@mindmesh/contracts/query/engine";
import type { MockPlan } from "@mindmesh/contracts/query/mock-data";
import type { HiddenHere } from "../../guard/guard.ts";
import type { FailureStage, FileTarget, LoginReport, RunPart, StatementFailureKind } from "../engine.ts";

/** What a child is asked to do with its database; one thing at a time. */
export type ChildRequest =
  | { ask: "open"; path: string; access: "read" | "write"; scratch: string }
  | { ask: "report" }
  | { ask: "introspect"; samples: boolean }
  | {
      ask: "run";
      sql: string;
      hidden: readonly HiddenHere[];
      parameters: Cell[];
      rows: number;
      bytes: number;
      /** A value that is told whole, in pieces. */
      whole: { row: number; column: number } | null;
    }
  | { ask: "write"; sql: string; parameters: Cell[]; commit: boolean; expectedRows: number | null }
  | { ask: "plan"; sql: string; hidden: readonly HiddenHere[]; parameters: Cell[]; analyze: boolean }
  /** Makes a database of files that are none. */
  | { ask: "load"; path: string; files: FileTarget["files"]; scratch: string }
  /** Writes the rows of a plan into a SQLite file that belongs to the request. */
  | { ask: "fill"; path: string; plan: MockPlan; tables: CatalogTable[] }
  /** Makes the file of the sample shop. */
  | { ask: "shop"; path: string; today: string }
  /** The parent has taken over a part of the rows. */
  | { ask: "more" };

export interface ChildAnswers {
  open: null;
  report: LoginReport;
  introspect: Catalog;
  run: null;
  write: { affectedRows: number };
  plan: PlanNode;
  load: null;
  fill: { rows: number };
  shop: { tables: number; rows: number };
}

export type ChildFailure =
  | { stage: FailureStage; message: string }
  | {
      kind: StatementFailureKind;
      message: string;
      code: string | null;
      near: string | null;
      at?: number | null;
      hint: string | null;
    };

export type ChildReply =
  | { reply: "part"; part: RunPart }
  | { reply: "progress"; share: number; text: string }
  | { reply: "piece"; text: string }
  | { reply: "done"; answer: unknown }
  | { reply: "failed"; failure: ChildFailure };

/** So many parts of rows may be on the way; then the child waits for `more`. */
export const partsOnTheWay = 4;
