import type { IncomingMessage, ServerResponse } from "node:http";

/** One request as it reached the server; the last five fields change while it is being answered. */
export type RecordedRequest = {
  /** Counts from 1; ids in the answer are made of it. */
  number: number;
  method: string;
  /** With the query string. */
  path: string;
  headers: IncomingMessage["headers"];
  /** Parsed JSON, or the text when it was not JSON, or undefined when there was none. */
  body: unknown;
  /** HTTP status, once the headers went out. */
  status: number | undefined;
  /** How many events of a stream were written. */
  eventsSent: number;
  /** The answer was written to its end. */
  finished: boolean;
  /** The client went away before the end. */
  aborted: boolean;
  /** Nothing of it is open any more, whatever its end. */
  closed: boolean;
};

const BODY_LIMIT = 256 * 1024 * 1024;

/** Reads a request to its end. Throws when the client breaks off or sends more than 256 MiB. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > BODY_LIMIT) throw new Error("request body over 256 MiB");
    pieces.push(piece);
  }
  if (size === 0) return undefined;
  const text = Buffer.concat(pieces).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Keeps `record` true to what becomes of `response`. */
export function watchEnd(record: RecordedRequest, response: ServerResponse, broken: () => boolean): void {
  response.once("finish", () => {
    record.finished = true;
    record.status = response.statusCode;
  });
  response.once("close", () => {
    if (response.headersSent) record.status = response.statusCode;
    record.aborted = !record.finished && !broken();
    record.closed = true;
  });
}
