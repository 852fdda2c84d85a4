import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { ParsedBehaviour } from "./behaviour.ts";
import type { Failure, Format, Frame } from "./format.ts";
import type { RecordedRequest } from "./record.ts";

/** One request being answered. */
export type Exchange = {
  response: ServerResponse;
  record: RecordedRequest;
  behaviour: ParsedBehaviour;
  /** Ends every wait when the client goes away or the server closes. */
  signal: AbortSignal;
  /** Says that this end of the connection, not the client, breaks off. */
  markBroken(): void;
};

/** The wait was cut short because nobody is there any more. */
export class Gone extends Error {}

/** Waits `milliseconds`, or for ever when undefined. Throws Gone as soon as the client is gone. */
export async function pause(exchange: Exchange, milliseconds: number | undefined): Promise<void> {
  if (milliseconds === 0) return;
  try {
    // The longest time a timer can wait: 24 days.
    await wait(milliseconds ?? 2 ** 31 - 1, undefined, { signal: exchange.signal });
  } catch (error) {
    throw new Gone("the client is gone", { cause: error });
  }
}

async function writeOnce(exchange: Exchange, bytes: Buffer): Promise<void> {
  const { response, signal } = exchange;
  if (signal.aborted || response.destroyed) throw new Gone("the client is gone");
  if (response.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const drained = () => {
      signal.removeEventListener("abort", gone);
      resolve();
    };
    const gone = () => {
      response.off("drain", drained);
      reject(new Gone("the client is gone"));
    };
    response.once("drain", drained);
    signal.addEventListener("abort", gone, { once: true });
  });
}

/** Writes text at the reader's speed, in slices of `fragmentBytes` when the behaviour asks for them. */
export async function write(exchange: Exchange, text: string): Promise<void> {
  const bytes = Buffer.from(text, "utf8");
  const step = exchange.behaviour.fragmentBytes ?? bytes.length;
  for (let from = 0; from < bytes.length; from += step) {
    await writeOnce(exchange, bytes.subarray(from, from + step));
    // Gives the slice a packet of its own.
    if (step < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A server-sent event as bytes on the wire. */
export function frameText(frame: Frame, lineEnd: Format["lineEnd"]): string {
  const data = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  return `${frame.event ? `event: ${frame.event}${lineEnd}` : ""}data: ${data}${lineEnd}${lineEnd}`;
}

/** Answers with a whole JSON body. */
export async function sendJson(exchange: Exchange, status: number, body: object, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  exchange.response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  await write(exchange, text);
  exchange.response.end();
}

/** Answers with a provider's error. */
export async function sendFailure(exchange: Exchange, format: Format, failure: Failure): Promise<void> {
  const headers = format.failureHeaders(failure, exchange.record.number);
  await sendJson(exchange, failure.status, format.failureBody(failure), headers);
}

/** Breaks the connection: with a reset, or as a server does that dies (its end is simply closed). */
export async function breakConnection(exchange: Exchange, how: "reset" | "close"): Promise<void> {
  // What was written must have left this process, or the reader could not have seen it.
  if (exchange.response.headersSent) await pause(exchange, 20);
  exchange.markBroken();
  const { socket } = exchange.response;
  if (how === "reset") socket?.resetAndDestroy();
  else socket?.destroy();
}
