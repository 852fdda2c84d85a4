import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { LoginReport, NetworkSettings, StatementLimits } from "@mindmesh/contracts/query/connections";
import type { Cell, CutCell, EngineKind, PlanNode, ResultColumn, TextPlace } from "@mindmesh/contracts/query/engine";
import type { ConnectionStage } from "@mindmesh/contracts/query/ingestion";
import type { CheckedStatement } from "../guard/guard.ts";

/** What is kept encrypted of a connection. In memory only while it is opened; in no log, event or error. */
export interface ConnectionSecret {
  password: string;
  ssh: { password: string | null; privateKey: string | null; passphrase: string | null } | null;
}

export interface NetworkTarget {
  engine: "postgres" | "mysql" | "mssql";
  settings: NetworkSettings;
  secret: ConnectionSecret;
}

/** Files that lie on this machine for as long as the session is open. */
export interface FileTarget {
  engine: "sqlite" | "duckdb";
  files: {
    /** Absolute. */
    path: string;
    format: "sqlite" | "duckdb" | "csv" | "parquet" | "xlsx";
    table: string | null;
  }[];
  /** A folder of the session's own, for what it has to put down. */
  scratch: string;
  /** Keeps a changed copy as the next version of the file; null: the file cannot be written. @throws when it was changed meanwhile */
  store: ((path: string) => Promise<void>) | null;
  /** Why `store` is null, for the person who wants to write. */
  whyNotWritten: string;
  /** Removes what was made for the session; called by its `close`. */
  release(): Promise<void>;
}

export type { LoginReport };

export type Target = NetworkTarget | FileTarget;

/** How a session reaches the network and when opening it is given up. */
export interface Way {
  /** TCP under the guard against private addresses. @throws OutboundRefused or what the network says */
  connect(host: string, port: number): Promise<Socket>;
  signal: AbortSignal;
  /** Told how far opening has come. Those drivers that encrypt and log in by themselves tell it late, or not at all. */
  passed(stage: ConnectionStage): void;
}

/** An engine; one folder each under `engines/`, loaded when it is first used. */
export interface Engine<T extends Target = Target> {
  /** Opens one login of its own. @throws ConnectionFailure */
  open(target: T, way: Way): Promise<Session>;
}

/** Where opening a connection came to its end. */
export type FailureStage = ConnectionStage;

/** A connection that could not be opened. The message says in plain words what to do and holds no secret. */
export class ConnectionFailure extends Error {
  override readonly name = "ConnectionFailure";
  readonly stage: FailureStage;
  /** Of an SSH host whose key nobody has confirmed yet or that shows another one: what it showed (`SHA256:…`). */
  readonly hostKey: string | null;

  constructor(stage: FailureStage, message: string, cause?: unknown, hostKey: string | null = null) {
    super(message, { cause });
    this.stage = stage;
    this.hostKey = hostKey;
  }
}

/** What ended a statement: its own mistake, a limit, a person, or the database. */
export type StatementFailureKind = "syntax" | "rights" | "refused" | "time" | "cost" | "cancelled" | "lost" | "other";

/** A statement that did not come to its end. The message is the database's own, or ours in plain words. */
export class StatementFailure extends Error {
  override readonly name = "StatementFailure";
  readonly kind: StatementFailureKind;
  /** The database's code, such as SQLSTATE `42P01`. */
  readonly code: string | null;
  readonly place: TextPlace | null;
  readonly hint: string | null;

  constructor(
    kind: StatementFailureKind,
    message: string,
    details: { code?: string | null; place?: TextPlace | null; hint?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.code = details.code ?? null;
    this.place = details.place ?? null;
    this.hint = details.hint ?? null;
  }
}

/** Parts of a result in the order in which they come. */
export type RunPart =
  | { type: "columns"; columns: ResultColumn[] }
  /** Rows of about 64 kB together, so that the first ones are shown at once and memory stays small. */
  | { type: "rows"; rows: Cell[][]; cuts: CutCell[] }
  | { type: "notice"; text: string }
  | {
      type: "end";
      rows: number;
      /** By a writing statement. */
      affectedRows: number | null;
      /** At which limit the rest of the rows was left; null: there are no more. */
      stoppedBy: "rows" | "bytes" | null;
      /** From sending the statement to the last row. */
      milliseconds: number;
    };

export interface RunRequest {
  /** Only what a guard has let through can be run. */
  statement: CheckedStatement;
  /** By the engine's own placeholders, as text. */
  parameters: Cell[];
  limits: StatementLimits;
  /** Ends the statement in the database within a second. */
  signal: AbortSignal;
  /** One long value that is wanted whole, beside its beginning in the rows. SQL Server does not look at it. */
  whole?: WholeValue | undefined;
}

/** Where a value stands in a result, and where its bytes go: the text of the cell in UTF-8, all of it. */
export interface WholeValue {
  row: number;
  column: number;
  into: Writable;
}

export interface IntrospectRequest {
  signal: AbortSignal;
  /** Share done, 0 to 1, and what is being read. */
  progress(share: number, text: string): void;
  /** Reads value samples (most common values, smallest and largest) too. */
  samples: boolean;
}

/**
 * One login to one database, used by one piece of work at a time. What it runs cannot change anything unless the statement was
 * checked for writing: see `docs/flows/query-statement.md` for the walls of each engine.
 */
export interface Session {
  readonly engine: EngineKind;
  report(): Promise<LoginReport>;
  introspect(request: IntrospectRequest): Promise<Catalog>;
  /** Runs a reading statement to its end or its limits. @throws StatementFailure */
  run(request: RunRequest): AsyncIterable<RunPart>;
  /**
   * Runs a writing statement in a transaction of its own: with `commit: false` everything is rolled back and only the
   * count of affected rows remains. `expectedRows` refuses the commit when the count is another one by now.
   * @throws StatementFailure
   */
  write(request: RunRequest & { commit: boolean; expectedRows: number | null }): Promise<{ affectedRows: number }>;
  /** The plan; with `analyze` the statement is run for it, under the walls and limits of `run`. @throws StatementFailure */
  plan(request: RunRequest & { analyze: boolean }): Promise<PlanNode>;
  /**
   * The plan of a reading statement as it would be with indexes that are not there; null where the database cannot say it. Only for
   * PostgreSQL, where the extension HypoPG is installed.
   * @param indexes `CREATE INDEX` statements of our own making
   * @throws StatementFailure
   */
  planWith?(request: RunRequest & { indexes: readonly string[] }): Promise<PlanNode | null>;
  close(): Promise<void>;
}
