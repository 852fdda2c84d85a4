import { type Exchange, breakConnection, pause, sendFailure } from "./exchange.ts";
import type { Failure, Format } from "./format.ts";

const HTML = `<!doctype html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
`;

/** The failure that the behaviour's fault stands for, whether it comes as a status or inside a stream. */
export function failureOf(exchange: Exchange, fallbackStatus = 503): Failure {
  const { fault, message, retryAfterSeconds } = exchange.behaviour;
  const status = fault !== undefined && /^\d+$/.test(fault) ? Number(fault) : fallbackStatus;
  return { status, message, retryAfterSeconds };
}

/**
 * Commits the faults that need no answer to spoil. Returns whether the request is dealt with.
 * These work for every route: answers, embeddings and lists of models.
 */
export async function commitEarlyFault(exchange: Exchange, format: Format, stream: boolean): Promise<boolean> {
  const { response, behaviour } = exchange;
  const { fault } = behaviour;
  if (fault === undefined) return false;
  const type = stream ? "text/event-stream" : "application/json";
  if (/^\d+$/.test(fault)) {
    await sendFailure(exchange, format, failureOf(exchange));
    return true;
  }
  switch (fault) {
    case "quota":
      // Anthropic says that the money is gone with 400, the others with 429.
      await sendFailure(exchange, format, {
        ...failureOf(exchange, format.name === "anthropic" ? 400 : 429),
        quota: true,
      });
      return true;
    case "reset-before-headers":
      await breakConnection(exchange, "reset");
      return true;
    case "reset-after-headers":
      response.writeHead(200, { "content-type": type });
      response.flushHeaders();
      await breakConnection(exchange, "reset");
      return true;
    case "hang-before-headers":
      await pause(exchange, undefined);
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(HTML);
      return true;
    case "empty-body":
      response.writeHead(200, { "content-type": type, "content-length": 0 }).end();
      return true;
    default:
      return false;
  }
}
