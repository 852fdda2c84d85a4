import type { Cell, CutCell, ResultColumn } from "@mindmesh/contracts/query/engine";
import { Request, TYPES } from "tedious";
import { cellBytesLimit, partBytes } from "../cut-text.ts";
import type { RunPart, RunRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { refuseHiddenNames } from "./kept-texts.ts";
import type { Login } from "./login.ts";
import { resultColumn } from "./result-columns.ts";
import { lookAgain } from "./second-look.ts";
import { begin, leaveNothing } from "./transaction.ts";
import { type ColumnShape, valueText } from "./value-text.ts";

/** Parts that wait for a slow reader before the socket is no longer read. */
const waitingParts = 4;

interface Part {
  rows: Cell[][];
  cuts: CutCell[];
}

/** Runs a reading statement through all walls (docs/flows/query-statement.md). @throws StatementFailure */
export async function* runStatement(login: Login, request: RunRequest): AsyncGenerator<RunPart, void, undefined> {
  const { statement, limits, signal, parameters } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  let result: ReturnType<typeof readResult> | null = null;
  try {
    lookAgain(statement.sql);
    await watch.race(begin(login, limits.seconds, limits.rows + 1));
    await watch.race(refuseHiddenNames(login, statement));
    const started = performance.now();
    result = readResult(login, statement.sql, parameters, limits);
    yield { type: "columns", columns: await watch.race(result.columns) };
    const { next, state } = result;
    for (let part = await watch.race(next()); part !== null; part = await watch.race(next())) {
      watch.check();
      yield { type: "rows", ...part };
    }
    yield {
      type: "end",
      rows: state.rows,
      affectedRows: null,
      stoppedBy: state.stoppedBy,
      milliseconds: performance.now() - started,
    };
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
  } finally {
    if (result !== null && !result.state.done) {
      result.discard();
      await login.cancel();
      const late = setTimeout(() => login.destroy(), 1500);
      await result.end.catch(() => undefined);
      clearTimeout(late);
    }
    await watch.stop();
    await leaveNothing(login);
  }
}

/** Reads a result row by row into parts; a slow reader makes the socket wait. */
function readResult(login: Login, sql: string, parameters: Cell[], limits: RunRequest["limits"]) {
  const state = { rows: 0, stoppedBy: null as "rows" | "bytes" | null, done: false };
  const columns = Promise.withResolvers<ResultColumn[]>();
  const end = Promise.withResolvers<void>();
  columns.promise.catch(() => undefined);
  end.promise.catch(() => undefined);
  const waiting: Part[] = [];
  let wake: (() => void) | null = null;
  let failure: unknown = null;
  let shapes: ColumnShape[] = [];
  let part: Part = { rows: [], cuts: [] };
  let bytes = 0;
  let allBytes = 0;
  let isDiscarding = false;
  const hand = () => {
    if (part.rows.length > 0) waiting.push(part);
    part = { rows: [], cuts: [] };
    allBytes += bytes;
    bytes = 0;
    if (waiting.length >= waitingParts) request.pause();
    wake?.();
  };
  const stopAt = (limit: "rows" | "bytes") => {
    state.stoppedBy = limit;
    login.connection.cancel();
  };
  const request = new Request(sql, (error) => {
    state.done = true;
    hand();
    const reason = failure ?? (state.stoppedBy === null ? error : null);
    if (reason) {
      columns.reject(reason);
      end.reject(reason);
    } else {
      columns.resolve([]);
      end.resolve();
    }
    wake?.();
  });
  parameters.forEach((value, index) => request.addParameter(`p${index + 1}`, TYPES.NVarChar, value));
  request.on("columnMetadata", (found: unknown) => {
    shapes = found as ColumnShape[];
    columns.resolve(shapes.map((shape) => resultColumn(shape)));
  });
  request.on("row", (cells: { value: unknown }[]) => {
    if (isDiscarding || state.stoppedBy !== null || failure !== null) return;
    if (state.rows >= limits.rows) return stopAt("rows");
    if (allBytes + bytes > limits.bytes) return stopAt("bytes");
    try {
      part.rows.push(cells.map(({ value }, column) => text(value, column)));
    } catch (error) {
      failure = error;
      login.connection.cancel();
      return;
    }
    state.rows += 1;
    if (bytes >= partBytes) hand();
  });
  const text = (value: unknown, column: number): Cell => {
    const shape = shapes[column];
    const whole = shape === undefined ? null : valueText(value, shape);
    if (whole === null) return null;
    // The server sends no more of a long value than TEXTSIZE allows, and does not say how long it is.
    const shown = whole.length > cellBytesLimit ? whole.slice(0, cellBytesLimit) : whole;
    if (shown !== whole) part.cuts.push({ row: state.rows, column, bytes: null });
    bytes += shown.length + 1;
    return shown;
  };
  if (parameters.length === 0) login.connection.execSqlBatch(request);
  else login.connection.execSql(request);
  return {
    state,
    columns: columns.promise,
    end: end.promise,
    async next(): Promise<Part | null> {
      for (;;) {
        const found = waiting.shift();
        if (found) {
          if (waiting.length < waitingParts / 2) request.resume();
          return found;
        }
        if (state.done) {
          await end.promise;
          return null;
        }
        await new Promise<void>((resolve) => (wake = resolve));
        wake = null;
      }
    },
    discard() {
      isDiscarding = true;
      waiting.length = 0;
      request.resume();
    },
  };
}
