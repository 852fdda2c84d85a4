import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { EngineKind, Refusal } from "@mindmesh/contracts/query/engine";

declare const checked: unique symbol;

export type Access = "read" | "write";

/** A name as the text has it: unquoted, in the case in which the engine looks it up. */
export interface ObjectName {
  schema: string | null;
  name: string;
}

/** What nobody may see: a table, a column of one, or a view that would show either. */
export type HiddenHere = HiddenObject & { isView?: true };

/** What the guard found out about a statement that may run. */
export interface StatementFacts {
  engine: EngineKind;
  /** The one statement, as the person wrote it. */
  sql: string;
  access: Access;
  /** `query` gives rows, `explain` a plan, `show` a setting or what the catalogue says, `change` writes rows. */
  kind: "query" | "explain" | "show" | "change";
  /** What the planner can be asked for before it is run: the statement itself, or what EXPLAIN explains. Null for `show`. */
  plannable: string | null;
  /** What it reads and writes, as far as the text says it; names resolved to the catalogue where it is known. */
  tables: (ObjectName & { written: boolean })[];
  /** Every function it calls, for the second look at what the planner will call. */
  functions: ObjectName[];
  /**
   * Last names of `t.name` that are no column known to the guard: PostgreSQL takes them for the call `name(t)` where `t` has no
   * such column. For the second look.
   */
  maybeCalls: string[];
  /** Types that values are cast to: a type of the database's own may run functions for a cast or a CHECK. */
  types: ObjectName[];
  /** Operators: each is a function, and anybody may have made one. */
  operators: ObjectName[];
  /** What it may not reach by a view or a function either: for the second look. */
  hidden: readonly HiddenHere[];
}

/** A statement that the guard has let through. Nothing but `checkStatement` makes one. */
export interface CheckedStatement extends Readonly<StatementFacts> {
  readonly [checked]: true;
}

export type Verdict = { ok: true; statement: CheckedStatement } | { ok: false; refusal: Refusal };

/** A table or view with those of its columns that may be seen. */
export interface VisibleTable extends ObjectName {
  schema: string;
  columns: string[];
}

/** What of the database the guard knows beside the text. */
export interface GuardKnowledge {
  engine: EngineKind;
  /** What nobody may see here; also the views of the catalogue that would show it. */
  hidden: readonly HiddenHere[];
  /** Where names without a schema are looked for, in order. */
  searchPath: string[];
  /**
   * Tables and views as far as the catalogue has been read, without what is hidden. A table with a hidden column can be queried
   * only if it stands here: without its other columns nobody can tell what a name would reach.
   */
  tables: VisibleTable[];
}
