import type { Cell, CutCell } from "@mindmesh/contracts/query/engine";
import type { FieldPacket } from "mysql2";
import { cellBytesLimit, characterEnd, partBytes } from "../cut-text.ts";
import { type RunPart, type RunRequest, StatementFailure } from "../engine.ts";
import { type StatementWatch, watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { refuseCost } from "./explain.ts";
import { resultColumn } from "./result-columns.ts";
import { lookAgain } from "./second-look.ts";
import { begin, leaveNothing, withParameters } from "./transaction.ts";

/** Parts that wait for a slow reader before the socket is no longer read. */
const waitingParts = 4;

/** Runs a reading statement through all walls (docs/flows/query-statement.md). @throws StatementFailure */
export async function* runStatement(login: Login, request: RunRequest): AsyncGenerator<RunPart, void, undefined> {
  const { statement, limits, signal } = request;
  const watch = watchStatement({ seconds: limits.seconds, signal }, login.cancel, login.destroy);
  let result: Result | null = null;
  try {
    await watch.race(begin(login, "read", limits.seconds, limits.rows + 1));
    await watch.race(lookAgain(login, statement));
    await watch.race(refuseCost(login, request));
    const { before, sql } = withParameters(login, statement.sql, request.parameters);
    for (const each of before) await watch.race(ask(login.connection, each));
    const started = performance.now();
    result = readResult(login, sql, request);
    yield { type: "columns", columns: await watch.race(result.columns) };
    for (let part = await next(result, watch); part !== null; part = await next(result, watch)) {
      watch.check();
      yield { type: "rows", ...part };
    }
    const { rows, stoppedBy, broken } = result.state;
    for (const text of await warnings(login, broken, watch)) yield { type: "notice", text };
    yield { type: "end", rows, affectedRows: null, stoppedBy, milliseconds: performance.now() - started };
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, statement.sql) : watchFailure(reason, error);
  } finally {
    // Whoever stops reading leaves the database at work for nobody.
    if (result !== null && !result.state.done) await stop(login, result);
    await watch.stop();
    await leaveNothing(login);
  }
}

const next = (result: Result, watch: StatementWatch) => watch.race(result.next());

async function stop(login: Login, result: Result): Promise<void> {
  result.discard();
  const late = [
    setTimeout(() => void login.cancel().catch(() => undefined), 50),
    setTimeout(() => login.destroy(), 1500),
  ];
  await result.end.catch(() => undefined);
  for (const timer of late) clearTimeout(timer);
}

/** What the database remarks, and what could not be shown as it is. */
async function warnings(login: Login, broken: boolean, watch: StatementWatch): Promise<string[]> {
  const found = await watch.race(ask(login.connection, "SHOW WARNINGS LIMIT 20"));
  const texts = found.map(([, , text]) => text ?? "");
  if (broken) texts.push("Some text was not valid UTF-8; what could not be read is shown as \u{FFFD}.");
  return texts;
}

interface Part {
  rows: Cell[][];
  cuts: CutCell[];
}

interface ResultState {
  rows: number;
  stoppedBy: "rows" | "bytes" | null;
  done: boolean;
  /** A text was not valid UTF-8. */
  broken: boolean;
}

interface Result {
  columns: Promise<ReturnType<typeof resultColumn>[]>;
  /** The next rows; null: there are no more. */
  next(): Promise<Part | null>;
  /** Lets the rest pass by unread. */
  discard(): void;
  end: Promise<void>;
  state: ResultState;
}

/** Reads a result row by row into parts; a slow reader makes the socket wait. */
function readResult(login: Login, sql: string, { limits, whole }: Pick<RunRequest, "limits" | "whole">): Result {
  const { connection } = login;
  const state: ResultState = { rows: 0, stoppedBy: null, done: false, broken: false };
  const columns = Promise.withResolvers<ReturnType<typeof resultColumn>[]>();
  const end = Promise.withResolvers<void>();
  columns.promise.catch(() => undefined);
  end.promise.catch(() => undefined);
  const waiting: Part[] = [];
  let wake: (() => void) | null = null;
  let shapes: ReturnType<typeof resultColumn>[] = [];
  let part: Part = { rows: [], cuts: [] };
  let bytes = 0;
  let allBytes = 0;
  let isDiscarding = false;
  const hand = () => {
    if (part.rows.length > 0) waiting.push(part);
    part = { rows: [], cuts: [] };
    bytes = 0;
    if (waiting.length >= waitingParts) connection.pause();
    wake?.();
  };
  const finish = (error: Error | null) => {
    if (state.done) return;
    state.done = true;
    connection.off("error", onLost);
    connection.off("end", onClosed);
    if (error === null) {
      hand();
      columns.resolve(shapes);
      end.resolve();
    } else {
      columns.reject(error);
      end.reject(error);
    }
    wake?.();
  };
  // The driver tells a lost connection to the connection's own listeners only.
  const onLost = (error: Error) => finish(error);
  const onClosed = () => finish(new Error("the server closed the connection"));
  connection.on("error", onLost);
  connection.on("end", onClosed);
  refuseLongRows(login, (error) => finish(error));
  const query = connection.query({ sql, rowsAsArray: true, typeCast: false });
  query.on("fields", (fields?: FieldPacket[]) => {
    shapes = (fields ?? []).map((field) => resultColumn(field));
    columns.resolve(shapes);
  });
  query.on("result", (cells: unknown) => {
    if (isDiscarding || state.stoppedBy !== null || !Array.isArray(cells)) return;
    if (state.rows >= limits.rows) state.stoppedBy = "rows";
    else if (allBytes > limits.bytes) state.stoppedBy = "bytes";
    if (state.stoppedBy !== null) {
      // The rest is not wanted by anybody.
      void login.cancel().catch(() => undefined);
      return;
    }
    const row = (cells as (Buffer | null)[]).map((cell, column) => {
      if (cell === null) return null;
      const isBinary = shapes[column]?.isBinary ?? false;
      const text = textOf(cell, isBinary);
      if (whole?.row === state.rows && whole.column === column) {
        whole.into.write(isBinary ? `\\x${cell.toString("hex")}` : cell);
      }
      if (text.length < cell.length && !isBinary && cell.length > cellBytesLimit)
        part.cuts.push({ row: state.rows, column, bytes: cell.length });
      else if (isBinary && cell.length * 2 + 2 > cellBytesLimit)
        part.cuts.push({ row: state.rows, column, bytes: cell.length });
      if (!isBinary && text.includes("\u{FFFD}")) state.broken = true;
      bytes += text.length;
      return text;
    });
    part.rows.push(row);
    state.rows += 1;
    // The space between cells, as the wire counts it.
    bytes += row.length;
    if (bytes >= partBytes) {
      allBytes += bytes;
      hand();
    }
  });
  query.on("error", (error: Error) => {
    // Our own KILL, after the last row that was wanted.
    finish(state.stoppedBy === null || (error as { errno?: number }).errno !== 1317 ? error : null);
  });
  query.on("end", () => finish(null));
  return {
    columns: columns.promise,
    async next() {
      for (;;) {
        const found = waiting.shift();
        if (found) {
          if (waiting.length < waitingParts / 2 && !state.done) connection.resume();
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
      connection.resume();
    },
    end: end.promise,
    state,
  };
}

function textOf(cell: Buffer, isBinary: boolean): string {
  if (isBinary) return `\\x${cell.toString("hex", 0, Math.min(cell.length, (cellBytesLimit - 2) / 2))}`;
  return cell.length <= cellBytesLimit
    ? cell.toString("utf8")
    : cell.toString("utf8", 0, characterEnd(cell, cellBytesLimit));
}

const watched = new WeakSet<Login>();
const onLongRow = new WeakMap<Login, (error: Error) => void>();

/**
 * The driver puts a whole row together in memory. One that goes beyond a packet of the protocol (16 MB) is not waited for: the
 * connection is closed at the packet's head.
 */
function refuseLongRows(login: Login, refuse: (error: Error) => void): void {
  onLongRow.set(login, refuse);
  if (watched.has(login)) return;
  watched.add(login);
  // The driver's own parser: it collects the parts of a long row in `largePacketParts`. Its type does not show it.
  const { packetParser } = login.connection as unknown as {
    packetParser: { execute(chunk: Buffer): void; largePacketParts: Buffer[] };
  };
  const parse = (chunk: Buffer) => {
    packetParser.execute(chunk);
    if (packetParser.largePacketParts.length === 0) return;
    const message =
      "A row of more than 16 MB cannot be shown from this database. Choose fewer columns, or a part of the long one: LEFT(column, 1000).";
    onLongRow.get(login)?.(new StatementFailure("other", message));
    login.destroy();
  };
  (login.connection as unknown as { packetParser: { execute(chunk: Buffer): void } }).packetParser = {
    ...packetParser,
    execute: parse,
  };
}
