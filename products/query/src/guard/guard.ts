import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { EngineKind, Refusal } from "@mindmesh/contracts/query/engine";

declare const checked: unique symbol;

/** A statement that the guard has let through. Nothing but `checkStatement` makes one. */
export interface CheckedStatement {
  readonly [checked]: true;
  readonly engine: EngineKind;
  /** The one statement, as the person wrote it. */
  readonly sql: string;
  readonly access: "read" | "write";
  /** What it reads and writes, as far as the text says it; names resolved to the catalogue where it is known. */
  readonly tables: { schema: string | null; name: string; written: boolean }[];
  /** Every function it calls, for the second look at what the planner will call. */
  readonly functions: { schema: string | null; name: string }[];
}

export type Verdict = { ok: true; statement: CheckedStatement } | { ok: false; refusal: Refusal };

/** What of the database the guard knows beside the text. */
export interface GuardKnowledge {
  engine: EngineKind;
  /** What nobody may see here. */
  hidden: HiddenObject[];
  /** Where names without a schema are looked for. */
  searchPath: string[];
}
