import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline, type Readable, Transform } from "node:stream";
import { finished } from "node:stream/promises";
import type { ColumnKind } from "@mindmesh/contracts/query/engine";
import type { Actor } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { atMost } from "@mindmesh/kernel/isolated";
import { cellBytesLimit } from "../engines/cut-text.ts";
import type { StatementRow } from "../schema.ts";
import { auditStatement } from "./end-statement.ts";
import type { ExportedFile } from "./export/export-result.ts";
import { prepareStatement } from "./prepare-statement.ts";
import { pickRows } from "./read-result.ts";
import { findStatement } from "./read-statements.ts";
import type { RunDependencies } from "./run-statement.ts";
import { failureError, refusalError } from "./run-to-end.ts";

/** Values that this server fetches at once: each may lie on its disk with up to 1 GB, the most that a database has in one. */
const fewAtATime = atMost(2);

const changed = (why: string) =>
  new AppError("conflict", {
    message: `${why} Run the statement again, with an ORDER BY that leaves no two rows equal, and fetch the value from the new result.`,
  });

/**
 * A value of a result as a file, also where the result holds its beginning only: then the statement is run again as the caller,
 * through the same walls and limits, up to that row. What comes is passed on only if it begins as the value in the result does
 * and is as long.
 * @param ask `row` and `column` count from 0
 * @throws AppError not_found, not_allowed, conflict for a value that is another one now, statement_refused, statement_failed,
 * database_unreachable, call_cancelled, unsupported_type for SQL Server
 */
export async function readValue(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  ask: { statementId: string; row: number; column: number; signal: AbortSignal },
): Promise<ExportedFile> {
  const { db } = dependencies;
  const row = await db.withWorkspace(tenantOf(caller), (tx) => findStatement(tx, caller, ask.statementId));
  const { rows, cuts } = await pickRows(db, row, [ask.row]);
  const shown = rows[0]?.[ask.column];
  const column = row.columns[ask.column];
  if (row.resultUntil === null || shown === undefined || column === undefined) {
    throw new AppError("not_found", { message: "This value is not kept any more. Run the statement again." });
  }
  if (shown === null) throw new AppError("not_found", { message: "There is no value here: it is NULL." });
  const cut = cuts.find((one) => one.row === ask.row && one.column === ask.column);
  const named = fileOf(column.kind, `${column.name || `column ${ask.column + 1}`}, row ${ask.row + 1}`);
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-value-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "value");
    if (cut === undefined) await write(path, shown);
    else
      await fewAtATime(() => fetchWhole(dependencies, caller, actor, row, { ...ask, path, shown, bytes: cut.bytes }));
    const text = createReadStream(path);
    text.once("close", () => void remove());
    return { ...named, content: column.kind === "binary" ? bytesOf(text) : text };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = createWriteStream(path);
  file.end(text);
  await finished(file);
}

interface Wanted {
  row: number;
  column: number;
  path: string;
  /** Its beginning, as the result has it. */
  shown: string;
  bytes: number | null;
  signal: AbortSignal;
}

/** Runs the statement of a result again and puts one value into a file. */
async function fetchWhole(
  { db, runner }: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  row: StatementRow,
  { row: at, column, path, shown, bytes, signal }: Wanted,
): Promise<void> {
  const { connectionId, sql, parameters } = row;
  const prepared = await prepareStatement(db, caller, { connectionId, sql, parameters, access: "read" });
  const { connection, checked, values, askedPlace } = prepared;
  if (prepared.refusal) throw refusalError(prepared.refusal);
  if (checked === null) throw new AppError("internal");
  if (connection.engine === "mssql") {
    throw new AppError("unsupported_type", {
      message: "Of SQL Server, a long value is read in parts: SUBSTRING(column, 1, 10000).",
    });
  }
  const limits = { ...connection.limits, rows: at + 1 };
  const into = createWriteStream(path);
  // A disk that is full ends the statement too.
  const broken = new AbortController();
  const written = finished(into).catch((error: unknown) => broken.abort(error));
  const started = performance.now();
  const work = { connection, checked, parameters: values, limits, askedPlace };
  const failure = await runner
    .readWhole(work, { row: at, column, into }, AbortSignal.any([signal, broken.signal]))
    .finally(async () => {
      into.end();
      await written;
    });
  if (broken.signal.aborted) throw new AppError("storage_full", { cause: broken.signal.reason });
  const { size } = await stat(path);
  const run: StatementRow = {
    ...row,
    state: failure === null ? "done" : failure.kind === "cancelled" ? "cancelled" : "failed",
    rows: failure === null ? 1 : 0,
    milliseconds: Math.round(performance.now() - started),
    failure,
    resultOf: null,
  };
  await db.withWorkspace(tenantOf(caller), (tx) => auditStatement(tx, run, actor, { row: at, column, bytes: size }));
  if (failure !== null) throw failureError(failure);
  // The cell that was cut says its length in bytes of text, or of the bytes that the text writes as hexadecimal digits.
  const isAsLong = bytes === null || bytes === size || bytes === (size - 2) / 2;
  if (!isAsLong || !(await beginning(path)).startsWith(shown.replace(/\u{FFFD}+$/u, ""))) {
    throw changed("At its place stands another value now: the data has changed, or the rows came in another order.");
  }
}

/** The first characters of a file, more than a cell of a result holds. */
async function beginning(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4 * cellBytesLimit + 4), 0, null, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function fileOf(kind: ColumnKind, name: string): Pick<ExportedFile, "name" | "mediaType"> {
  if (kind === "binary") return { name: `${name}.bin`, mediaType: "application/octet-stream" };
  if (kind === "json") return { name: `${name}.json`, mediaType: "application/json; charset=utf-8" };
  return { name: `${name}.txt`, mediaType: "text/plain; charset=utf-8" };
}

/** The bytes that a cell writes as `\\x` and two digits each. */
function bytesOf(text: Readable): Readable {
  let left = "";
  let isFirst = true;
  const bytes = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const digits = left + chunk.toString("latin1");
      const from = isFirst ? 2 : 0;
      const end = digits.length - (digits.length % 2);
      isFirst = false;
      left = digits.slice(end);
      done(null, Buffer.from(digits.slice(from, end), "hex"));
    },
  });
  // What goes wrong is told to whoever reads; the pipeline closes the file.
  return pipeline(text, bytes, () => undefined);
}
