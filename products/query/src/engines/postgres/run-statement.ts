import type { Cell, CutCell } from "@mindmesh/contracts/query/engine";
import type { FieldDef } from "pg";
import Cursor from "pg-cursor";
import { cellBytesLimit, partBytes } from "../cut-text.ts";
import type { RunPart, RunRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { refuseDangerousCalls } from "./called-functions.ts";
import { resultColumns, typesOf } from "./column-types.ts";
import { statementFailure } from "./failures.ts";
import type { Login } from "./login.ts";
import { refuseHiddenNames, refuseHiddenScans } from "./kept-texts.ts";
import { explain, explainPrefix, refuseDangerousPlan } from "./planned.ts";
import { statementNames } from "./statement-names.ts";
import { begin, leaveNothing } from "./transaction.ts";

/** Rows of the first read, so that something is shown at once, and of the largest one. */
const firstRead = 64;
const largestRead = 8192;
/** What one read aims at: the way to the database and back is gone fewer times than parts are passed on. */
const readBytes = 4 * partBytes;

type Row = Cell[];

interface Read {
  rows: Row[];
  fields: FieldDef[];
  cuts: CutCell[];
  /** Of its rows as they came through the gate. */
  bytes: number;
  isFull: boolean;
}

/** The looks that a reading statement must stand before it is run, inside its transaction. @throws StatementFailure */
export async function lookAgain(login: Login, { statement, parameters, limits }: RunRequest): Promise<void> {
  const { sql, plannable } = statement;
  const names = await statementNames({ sql, plannable: plannable ?? null });
  await refuseDangerousCalls(login, names);
  await refuseHiddenNames(login, names, statement.hidden);
  const { plannable: planned } = names;
  if (planned === null) return;
  const plan = await explain(login, planned, parameters, false).catch((error: unknown) => {
    // What stands before the planned part: places are told in the text that the person wrote.
    const before = Math.max(0, sql.indexOf(planned));
    throw statementFailure(error, sql, explainPrefix(false).length - before);
  });
  await refuseDangerousPlan(login, plan, limits.cost);
  refuseHiddenScans(plan.Plan, statement.hidden);
}

/** Runs a reading statement through all walls (docs/flows/query-statement.md). @throws StatementFailure */
export async function* runStatement(login: Login, request: RunRequest): AsyncGenerator<RunPart, void, undefined> {
  const { statement, parameters, limits, signal } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, () => login.gate.destroy());
  const notices: string[] = [];
  const onNotice = ({ message }: { message?: string | undefined }) => {
    if (notices.length < 100) notices.push(message ?? "");
  };
  let cursor: Cursor<Row> | null = null;
  let reading: Promise<Read> | null = null;
  let failed = false;
  try {
    await watch.race(begin(login, "read", limits.seconds));
    login.client.on("notice", onNotice);
    await watch.race(lookAgain(login, request));
    const types = await watch.race(typesOf(login));
    const started = performance.now();
    login.gate.expectRows(limits.bytes, cellBytesLimit, request.whole);
    const open = new Cursor<Row>(statement.sql, parameters, { rowMode: "array" });
    cursor = open;
    // A failure is told to whoever reads; without a listener it would end the process.
    open.on("error", () => undefined);
    login.client.query(open);
    let passed = 0;
    const read = (count: number) =>
      new Promise<Read>((resolve, reject) => {
        open.read(count, (error, rows, result) => {
          if (error) return reject(error);
          // What the gate counted is of these rows: no others have been asked for yet.
          const { rowBytes, isFull, cuts } = login.gate;
          resolve({ rows, fields: result.fields, cuts: cuts.splice(0), bytes: rowBytes - passed, isFull });
          passed = rowBytes;
        });
      });

    let asked = Math.min(firstRead, limits.rows + 1);
    let seen = 0;
    let stoppedBy: "rows" | "bytes" | null = null;
    reading = read(asked);
    const { fields } = await watch.race(reading);
    const columns = resultColumns(fields, types);
    yield { type: "columns", columns };
    const booleans = columns.flatMap(({ kind }, index) => (kind === "boolean" ? [index] : []));
    const binaries = new Set(columns.flatMap(({ kind }, index) => (kind === "binary" ? [index] : [])));
    while (reading !== null) {
      const { rows, cuts, bytes, isFull } = await watch.race(reading);
      reading = null;
      for (const text of notices.splice(0)) yield { type: "notice", text };
      const first = seen;
      if (isFull) stoppedBy = "bytes";
      const isEnd = rows.length < asked || stoppedBy !== null;
      if (seen + rows.length > limits.rows) {
        stoppedBy = "rows";
        rows.length = limits.rows - seen;
      }
      seen += rows.length;
      if (!isEnd && stoppedBy === null) {
        const fitting = Math.floor((readBytes * rows.length) / Math.max(1, bytes));
        asked = Math.max(1, Math.min(fitting, asked * 4, largestRead, limits.rows + 1 - seen));
        // The next rows are on their way while these are passed on.
        reading = read(asked);
        reading.catch(() => undefined);
      }
      showBooleans(rows, booleans);
      for (const cut of cuts) if (cut.bytes !== null && binaries.has(cut.column)) cut.bytes = (cut.bytes - 2) / 2;
      const perPart = Math.max(1, Math.floor((partBytes * rows.length) / Math.max(1, bytes)));
      for (let at = 0; at < rows.length; at += perPart) {
        const part = rows.slice(at, at + perPart);
        const from = first + at;
        const own = cuts.filter(({ row }) => row >= from && row < from + part.length);
        watch.check();
        yield { type: "rows", rows: part, cuts: own };
      }
    }
    yield {
      type: "end",
      rows: seen,
      affectedRows: null,
      stoppedBy,
      milliseconds: performance.now() - started,
    };
  } catch (error) {
    failed = true;
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
  } finally {
    login.client.off("notice", onNotice);
    // Whoever stops reading leaves the database at work for nobody.
    const isOpen = !failed && (reading === null || (await stopReading(login, reading)));
    await watch.stop();
    // After a failure the driver has ended it already.
    if (cursor !== null && isOpen) await closeCursor(login, cursor);
    await leaveNothing(login);
  }
}

/** PostgreSQL writes `t` and `f` for a column, and `true` and `false` where it makes a text of one. */
function showBooleans(rows: Row[], columns: number[]): void {
  if (columns.length === 0) return;
  for (const row of rows) {
    for (const column of columns) {
      if (row[column] === "t") row[column] = "true";
      else if (row[column] === "f") row[column] = "false";
    }
  }
}

/** Waits for rows that nobody wants any more, and ends the statement if they take long; false when it has failed. */
async function stopReading(login: Login, reading: Promise<unknown>): Promise<boolean> {
  const done = reading.then(
    () => true,
    () => false,
  );
  const late = [
    setTimeout(() => void login.cancel().catch(() => undefined), 50),
    setTimeout(() => login.gate.destroy(), 1000),
  ];
  const isOpen = await done;
  for (const timer of late) clearTimeout(timer);
  return isOpen;
}

async function closeCursor(login: Login, cursor: Cursor): Promise<void> {
  const late = setTimeout(() => login.gate.destroy(), 2000);
  await Promise.race([cursor.close().catch(() => undefined), login.ended]);
  clearTimeout(late);
}
