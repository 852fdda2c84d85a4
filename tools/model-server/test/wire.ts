import { type ClientRequest, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import type { ModelServer } from "../src/index.ts";

type Call = { path: string; headers: Record<string, string>; body: object };

const chat = (stream: boolean, text: string, path: string): Call => ({
  path,
  headers: { authorization: "Bearer a-key" },
  body: {
    model: "test-model",
    messages: [{ role: "user", content: text }],
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  },
});

/** The smallest request of every wire format, as bytes rather than through a client. */
export const FORMATS: Record<string, (stream: boolean, text: string) => Call> = {
  "openai-chat": (stream, text) => chat(stream, text, "/v1/chat/completions"),
  groq: (stream, text) => chat(stream, text, "/groq/openai/v1/chat/completions"),
  mistral: (stream, text) => chat(stream, text, "/mistral/v1/chat/completions"),
  "openai-responses": (stream, text) => ({
    path: "/v1/responses",
    headers: { authorization: "Bearer a-key" },
    body: { model: "test-model", input: text, stream },
  }),
  anthropic: (stream, text) => ({
    path: "/v1/messages",
    headers: { "x-api-key": "a-key", "anthropic-version": "2023-06-01" },
    body: { model: "test-model", max_tokens: 4096, messages: [{ role: "user", content: text }], stream },
  }),
  gemini: (stream, text) => ({
    path: `/v1beta/models/test-model:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    headers: { "x-goog-api-key": "a-key" },
    body: { contents: [{ role: "user", parts: [{ text }] }] },
  }),
};

export const FORMAT_NAMES = Object.keys(FORMATS);

export type Received = {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  /** The connection broke before the end: the error's code. */
  broken: string | undefined;
  /** The server closed the body in the proper way. */
  complete: boolean;
};

export type OpenCall = { request: ClientRequest; received: Received; end: Promise<Received> };

/** Sends one request on a connection of its own and gathers what comes back, broken or not; never throws. */
export function open(server: ModelServer, format: string, stream: boolean, text: string): OpenCall {
  const call = FORMATS[format]?.(stream, text);
  if (!call) throw new Error(`no format ${format}`);
  const received: Received = { status: undefined, headers: {}, body: "", broken: undefined, complete: false };
  const headers = { "content-type": "application/json", ...call.headers };
  const request = httpRequest(`${server.url}${call.path}`, { method: "POST", agent: false, headers });
  const end = new Promise<Received>((resolve) => {
    const broke = (error: NodeJS.ErrnoException) => {
      received.broken = error.code ?? error.message;
    };
    request.on("error", broke);
    request.on("response", (response) => {
      received.status = response.statusCode;
      received.headers = response.headers;
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (received.body += piece));
      response.on("error", broke);
      response.on("end", () => (received.complete = true));
    });
    request.on("close", () => resolve(received));
  });
  request.end(JSON.stringify(call.body));
  return { request, received, end };
}

export function send(server: ModelServer, format: string, stream: boolean, text: string): Promise<Received> {
  return open(server, format, stream, text).end;
}

/** The data of every event in a body of server-sent events; what is not JSON stays text. */
export function events(body: string): unknown[] {
  return body
    .split(/\r?\n\r?\n/)
    .flatMap((block) => block.split(/\r?\n/).filter((line) => line.startsWith("data: ")))
    .map((line) => {
      const data = line.slice("data: ".length);
      try {
        return JSON.parse(data) as unknown;
      } catch {
        return data;
      }
    });
}
