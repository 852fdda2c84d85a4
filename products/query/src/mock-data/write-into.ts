import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { MockPlan } from "@mindmesh/contracts/query/mock-data";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@mindmesh/kernel/errors";
import { fileTarget } from "../connections/file-target.ts";
import { networkTarget, type SessionDependencies } from "../connections/open-session.ts";
import { answerOf } from "../engines/child/answer-of.ts";
import { startChild } from "../engines/child/start-child.ts";
import type { ConnectionRow } from "../schema.ts";
import { MockImpossible } from "./made-table.ts";
import { makeMockRows } from "./mock-rows.ts";
import type { MockPart } from "./mock-rows.ts";

export interface WriteOrder {
  plan: MockPlan;
  catalog: Pick<Catalog, "tables">;
  signal: AbortSignal;
  /** Rows written so far. */
  progress(rows: number, table: string): void;
}

/**
 * Writes the rows of a plan into a connection's database in one transaction.
 * @returns how many rows
 * @throws AppError conflict for a connection that is read-only or of another engine; what the database says
 */
export async function writeInto(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  order: WriteOrder,
): Promise<number> {
  // Somebody may have closed it since the run was asked for.
  if (row.readOnly) throw new AppError("conflict", { message: "The connection is read-only by now." });
  if (row.engine === "sqlite") return intoFile(dependencies, row, order);
  if (row.engine === "postgres") return intoPostgres(dependencies, row, order);
  if (row.engine === "mysql") return intoMysql(dependencies, row, order);
  throw new AppError("conflict", { message: "Rows cannot be written into this kind of database." });
}

const memoryBytes = 2 * 1024 ** 3;
const milliseconds = 3_600_000;

/** On a copy of the file, by a process of its own; the copy becomes the file's next version. */
async function intoFile(dependencies: SessionDependencies, row: ConnectionRow, order: WriteOrder): Promise<number> {
  const target = await fileTarget(dependencies, row);
  try {
    const [file] = target.files;
    if (target.store === null || file === undefined) throw new AppError("conflict", { message: target.whyNotWritten });
    const path = join(target.scratch, "filled.db");
    await copyFile(file.path, path);
    const program = new URL("./fill-sqlite.child.ts", import.meta.url);
    const child = startChild({ program, memoryBytes, nativeCode: false, writable: target.scratch });
    const request = { ask: "fill", path, plan: order.plan, tables: order.catalog.tables } as const;
    const all = order.plan.tables.reduce((sum, { rows }) => sum + rows, 0);
    const tell = (share: number, text: string) => order.progress(Math.round(share * all), text);
    const { rows } = await answerOf(child, request, { milliseconds, signal: order.signal }, tell).finally(() =>
      child.kill(),
    );
    await target.store(path);
    return rows;
  } finally {
    await target.release();
  }
}

async function intoPostgres(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  { plan, catalog, signal, progress }: WriteOrder,
): Promise<number> {
  const { openLogin } = await import("../engines/postgres/login.ts");
  const { writePostgres } = await import("./write-postgres.ts");
  const { target, way } = networkTarget(dependencies, row, signal);
  const login = await openLogin(target, way);
  const stop = () => void login.close();
  signal.addEventListener("abort", stop);
  try {
    const written = await writePostgres(login.client, givingWay(makeMockRows(plan, catalog.tables), signal), progress);
    signal.throwIfAborted();
    return written;
  } finally {
    signal.removeEventListener("abort", stop);
    // What was not committed is undone with the login.
    await login.close();
  }
}

async function intoMysql(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  { plan, catalog, signal, progress }: WriteOrder,
): Promise<number> {
  const { openLogin } = await import("../engines/mysql/login.ts");
  const { statementFailure } = await import("../engines/mysql/failures.ts");
  const { writeMysql } = await import("./write-mysql.ts");
  const { target, way } = networkTarget(dependencies, row, signal);
  const login = await openLogin(target, way);
  signal.addEventListener("abort", login.destroy);
  try {
    const written = await writeMysql(login, givingWay(makeMockRows(plan, catalog.tables), signal), progress);
    signal.throwIfAborted();
    return written;
  } catch (error) {
    throw error instanceof MockImpossible || signal.aborted ? error : statementFailure(error, "");
  } finally {
    signal.removeEventListener("abort", login.destroy);
    // What was not committed is undone with the login.
    await login.close();
  }
}

/** Lets the server answer others between two batches. */
async function* givingWay(parts: AsyncIterable<MockPart>, signal: AbortSignal): AsyncGenerator<MockPart> {
  for await (const part of parts) {
    signal.throwIfAborted();
    yield part;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
