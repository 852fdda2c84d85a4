import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Cell, CutCell, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { StatementLimits } from "@mindmesh/contracts/query/connections";
import { engineOf } from "../../src/engines/engine-of.ts";
import type { FileTarget, RunPart, Session } from "../../src/engines/engine.ts";
import type { CheckedStatement } from "../../src/guard/guard.ts";

export const never = new AbortController().signal;
export const limits: StatementLimits = { seconds: 30, rows: 100_000, bytes: 50 * 2 ** 20, cost: null };

/** A statement that no guard has looked at: what the engine does with it must be harmless by itself. */
export const unguarded = (
  engine: "sqlite" | "duckdb",
  sql: string,
  access: "read" | "write" = "read",
): CheckedStatement => ({ engine, sql, access, tables: [], functions: [], hidden: [] }) as unknown as CheckedStatement;

/** A new folder, removed by the function that comes with it. */
export async function testFolder() {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-query-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export function makeSqlite(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

type Files = FileTarget["files"];

/** Opens files as the product does, with `kept` as the list of versions that were stored. */
export async function openFiles(
  engine: "sqlite" | "duckdb",
  files: Files,
  kept: string[] | null = null,
  signal = never,
): Promise<Session> {
  const scratch = await mkdtemp(join(tmpdir(), "mindmesh-query-session-"));
  const target: FileTarget = {
    engine,
    files,
    scratch,
    store: kept === null ? null : async (path) => void kept.push(path),
    whyNotWritten: "This connection is read-only.",
    release: () => rm(scratch, { recursive: true, force: true }),
  };
  const way = { connect: () => Promise.reject(new Error("no network here")), signal, passed: () => undefined };
  try {
    return await (await engineOf(engine)).open(target, way);
  } catch (error) {
    await target.release();
    throw error;
  }
}

export interface WholeResult {
  columns: ResultColumn[];
  rows: Cell[][];
  cuts: CutCell[];
  notices: string[];
  /** The value that was asked for whole. */
  whole: string;
  end: Extract<RunPart, { type: "end" }>;
}

/** Runs a statement and gathers what comes. */
export async function result(
  session: Session,
  sql: string,
  changes: Partial<StatementLimits> & {
    parameters?: Cell[];
    signal?: AbortSignal;
    whole?: { row: number; column: number };
  } = {},
): Promise<WholeResult> {
  const { parameters = [], signal = never, whole: place, ...limited } = changes;
  const into = new PassThrough();
  const gone = text(into);
  const gathered: Omit<WholeResult, "end"> = { columns: [], rows: [], cuts: [], notices: [], whole: "" };
  let end: WholeResult["end"] | undefined;
  const statement = unguarded(session.engine as "sqlite" | "duckdb", sql);
  const whole = place && { ...place, into };
  for await (const part of session.run({ statement, parameters, limits: { ...limits, ...limited }, signal, whole })) {
    if (part.type === "columns") gathered.columns = part.columns;
    else if (part.type === "rows") {
      gathered.rows.push(...part.rows);
      gathered.cuts.push(...part.cuts);
    } else if (part.type === "notice") gathered.notices.push(part.text);
    else end = part;
  }
  if (end === undefined) throw new Error("the result has no end");
  into.end();
  gathered.whole = await gone;
  return { ...gathered, end };
}

/** What a statement fails with. */
export async function failure(
  work: Promise<unknown>,
): Promise<Error & { kind?: string; stage?: string; hint?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error & { kind?: string; stage?: string };
  }
  throw new Error("it did not fail");
}
