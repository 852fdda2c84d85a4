import type { FastifyReply } from "fastify";

/** A signal that is aborted as soon as the client is gone before it has its answer. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort(new DOMException("The client has gone.", "AbortError"));
  });
  return gone.signal;
}

/** Server-sent events to a client that may read slowly or leave. */
export interface ClientStream {
  /** Resolves when the client can take more, or has gone. */
  write(text: string | Uint8Array): Promise<void> | undefined;
  end(): void;
}

/** Writes a whole answer of JSON as it came, past what is asked of answers that are still objects. */
export function sendWhole(reply: FastifyReply, body: Buffer, headers: Record<string, string>): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
  });
  reply.raw.end(body);
}

/** Begins a stream of events. From here on errors are events, because the status has been sent. */
export function openClientStream(reply: FastifyReply, headers: Record<string, string> = {}): ClientStream {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // Proxies such as nginx would hold events back to fill their buffers.
    "x-accel-buffering": "no",
  });
  return {
    write(text) {
      if (raw.destroyed || raw.write(text)) return undefined;
      return new Promise((resolve) => {
        const done = () => {
          raw.off("drain", done);
          raw.off("close", done);
          resolve();
        };
        raw.once("drain", done);
        raw.once("close", done);
      });
    },
    end: () => raw.end(),
  };
}
