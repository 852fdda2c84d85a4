import { Duplex, type Writable } from "node:stream";
import type { CutCell } from "@mindmesh/contracts/query/engine";
import type { WholeValue } from "../engine.ts";
import { cellBytesLimit, characterEnd } from "../cut-text.ts";

// Message types of the PostgreSQL protocol (documentation, 54.7).
const dataRow = 0x44; // D
const errorResponse = 0x45; // E
const noticeResponse = 0x4e; // N
const headerBytes = 5;
/** Other messages are never near this: 1,664 columns, the most there are, describe themselves in under 200 kB. */
const messageBytesLimit = 16 * 1024 * 1024;
/** Rows that no longer fit are read and thrown away up to here until the database has heard that it shall stop. */
const thrownAwayLimit = 1024 * 1024 * 1024;

/**
 * Stands between the socket and the driver, which would put a whole message together in memory: one cell of 200 MB cost it 563 MB.
 * Long cells are cut as they come in, rows past the limit of a statement are thrown away, and long messages of errors are shortened.
 * To the driver it is a socket that it connects; the connection is there already.
 */
export class RowGate extends Duplex {
  /** Cells that were cut since `expectRows`, in the order of rows. */
  readonly cuts: CutCell[] = [];
  /** Bytes of rows that went through since `expectRows`, cuts not counted. */
  rowBytes = 0;
  /** Rows were thrown away because of the limit. */
  isFull = false;
  readonly #socket: Duplex;
  #rowBytesLimit = Number.POSITIVE_INFINITY;
  #cellBytesLimit = cellBytesLimit;
  #whole: WholeValue | null = null;
  #row = 0;
  #thrownAway = 0;
  #head = Buffer.alloc(0);
  /** What is done to the rest of a message that is longer than what has come of it. */
  #rest: { bytes: number; take: (chunk: Buffer, isLast: boolean) => void } | null = null;

  constructor(socket: Duplex) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      try {
        this.#sort(chunk);
      } catch (error) {
        this.destroy(error as Error);
      }
    });
    socket.on("error", (error) => this.destroy(error));
    socket.on("end", () => this.push(null));
    socket.on("close", () => this.destroy());
  }

  /**
   * Begins to count for a new statement.
   * @param longestCell cells of our own questions, such as a plan, may be longer than those of people
   * @param whole a long value that also goes elsewhere whole, as its bytes come
   */
  expectRows(bytesLimit: number, longestCell = cellBytesLimit, whole: WholeValue | null = null): void {
    this.#cellBytesLimit = longestCell;
    this.#whole = whole;
    this.cuts.length = 0;
    this.rowBytes = 0;
    this.isFull = false;
    this.#rowBytesLimit = bytesLimit;
    this.#row = 0;
    this.#thrownAway = 0;
  }

  /** Called by the driver, which believes that it connects. */
  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, (error) => done(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0 && !this.push(bytes)) this.#socket.pause();
  }

  /** Goes from message to message through what came; stretches of small ones pass as they are, without a copy. */
  #sort(incoming: Buffer): void {
    const chunk = this.#head.length === 0 ? incoming : Buffer.concat([this.#head, incoming]);
    this.#head = Buffer.alloc(0);
    let at = 0;
    let passedTo = 0;
    while (at < chunk.length) {
      if (this.#rest !== null) {
        const taken = Math.min(this.#rest.bytes, chunk.length - at);
        this.#rest.bytes -= taken;
        const { take, bytes } = this.#rest;
        if (bytes === 0) this.#rest = null;
        take(chunk.subarray(at, at + taken), bytes === 0);
        at += taken;
        passedTo = at;
        continue;
      }
      if (chunk.length - at < headerBytes) break;
      const type = chunk[at];
      const bytes = chunk.readUInt32BE(at + 1) + 1;
      // A small message is looked at once it is there as a whole.
      if (bytes <= cellBytesLimit && chunk.length - at < bytes) break;
      const rest = this.#restOf(type, bytes);
      if (rest !== null) {
        this.#pass(chunk.subarray(passedTo, at));
        at += headerBytes;
        passedTo = at;
        this.#rest = { bytes: bytes - headerBytes, take: rest };
        continue;
      }
      at += bytes;
    }
    this.#pass(chunk.subarray(passedTo, at));
    // At most one small message that has not come whole.
    if (at < chunk.length) this.#head = Buffer.from(chunk.subarray(at));
  }

  /** How the rest of a message is treated that cannot pass as it is; null: it can. Counts rows. */
  #restOf(type: number | undefined, bytes: number): ((chunk: Buffer, isLast: boolean) => void) | null {
    if (type === dataRow) {
      const row = this.#row;
      this.#row += 1;
      if (this.isFull || this.rowBytes > this.#rowBytesLimit) {
        this.isFull = true;
        this.#throwAway(bytes);
        return () => undefined;
      }
      if (bytes > cellBytesLimit) return this.#cutRow(row);
      this.rowBytes += bytes;
      return null;
    }
    if (bytes <= cellBytesLimit) return null;
    if (type === errorResponse || type === noticeResponse) return this.#shorten(type);
    if (bytes > messageBytesLimit) throw new Error(`a message of ${bytes} bytes was not expected`);
    return this.#passWhole(type ?? 0, bytes);
  }

  #throwAway(bytes: number): void {
    this.#thrownAway += bytes;
    if (this.#thrownAway > thrownAwayLimit)
      throw new Error("the database goes on sending rows after it was told to stop");
  }

  /** A row with at least one long cell, put together anew as its bytes come. */
  #cutRow(row: number): (chunk: Buffer, isLast: boolean) => void {
    const parts: Buffer[] = [];
    const limit = this.#cellBytesLimit;
    const whole = this.#whole?.row === row ? this.#whole : null;
    let pending = Buffer.alloc(0);
    let column = -1; // -1: the number of columns is awaited
    let cell: { bytes: number; left: number; kept: Buffer[]; keptBytes: number } | null = null;
    const finishCell = () => {
      if (cell === null) return;
      const kept = Buffer.concat(cell.kept);
      const end = cell.bytes > limit ? characterEnd(kept, limit) : kept.length;
      if (cell.bytes > limit) this.cuts.push({ row, column, bytes: cell.bytes });
      parts.push(int32(end), kept.subarray(0, end));
      cell = null;
      column += 1;
    };
    return (chunk, isLast) => {
      let rest = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      pending = Buffer.alloc(0);
      while (rest.length > 0) {
        if (cell !== null) {
          // One byte more than the limit, so that the end of a character can be seen.
          const wanted = Math.min(cell.left, rest.length, Math.max(0, limit + 1 - cell.keptBytes));
          if (wanted > 0) cell.kept.push(Buffer.from(rest.subarray(0, wanted)));
          cell.keptBytes += wanted;
          const taken = Math.min(cell.left, rest.length);
          if (whole?.column === column && !whole.into.write(rest.subarray(0, taken))) this.#waitFor(whole.into);
          cell.left -= taken;
          rest = rest.subarray(taken);
          if (cell.left === 0) finishCell();
          continue;
        }
        const needed = column === -1 ? 2 : 4;
        if (rest.length < needed) break;
        if (column === -1) {
          parts.push(Buffer.from(rest.subarray(0, 2)));
          column = 0;
        } else {
          const bytes = rest.readInt32BE(0);
          if (bytes < 0) {
            parts.push(int32(-1));
            column += 1;
          } else {
            cell = { bytes, left: bytes, kept: [], keptBytes: 0 };
            if (bytes === 0) finishCell();
          }
        }
        rest = rest.subarray(needed);
      }
      pending = Buffer.from(rest);
      if (isLast) this.rowBytes += this.#passMessage(dataRow, parts);
    };
  }

  #waitFor(reader: Writable): void {
    this.#socket.pause();
    reader.once("drain", () => this.#socket.resume());
  }

  /** An error or notice with a text too long to keep: its beginning, ended as the protocol wants it. */
  #shorten(type: number): (chunk: Buffer, isLast: boolean) => void {
    const parts: Buffer[] = [];
    let kept = 0;
    return (chunk, isLast) => {
      const piece = chunk.subarray(0, Math.max(0, cellBytesLimit - kept));
      kept += piece.length;
      parts.push(Buffer.from(piece));
      if (!isLast) return;
      const text = Buffer.concat(parts);
      this.#passMessage(type, [text.subarray(0, characterEnd(text, text.length - 4)), Buffer.from("…\0\0")]);
    };
  }

  #passWhole(type: number, bytes: number): (chunk: Buffer, isLast: boolean) => void {
    const parts: Buffer[] = [];
    return (chunk, isLast) => {
      parts.push(Buffer.from(chunk));
      if (isLast) this.#passMessage(type, bytes > 0 ? parts : []);
    };
  }

  #passMessage(type: number, parts: Buffer[]): number {
    const body = parts.reduce((sum, part) => sum + part.length, 0);
    const header = Buffer.alloc(headerBytes);
    header[0] = type;
    header.writeUInt32BE(body + 4, 1);
    this.#pass(Buffer.concat([header, ...parts]));
    return body + headerBytes;
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
