import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { composeAnswer } from "./answer.ts";
import { repeatPrefill } from "./continuation.ts";
import { type Control, applyOrder, decide, serverFault } from "./control.ts";
import { commitEarlyFault } from "./early-faults.ts";
import { answerEmbeddings } from "./embeddings.ts";
import { type Exchange, Gone, sendFailure, sendJson } from "./exchange.ts";
import { checkKey } from "./key-check.ts";
import { describeModels, describeOllama } from "./models.ts";
import { RefusedRequest } from "./prompt.ts";
import { type RecordedRequest, readBody, watchEnd } from "./record.ts";
import { type Route, findRoute } from "./routes.ts";
import { sendAnswer } from "./send-answer.ts";
import { countPromptTokens } from "./tokens.ts";

async function handleAnswer(control: Control, exchange: Exchange, route: Route & { kind: "answer" }): Promise<void> {
  const { record } = exchange;
  const { format } = route;
  const received = format.read(record.body, route.path);
  const { prompt, behaviour, said } = decide(control, received, record, format.prefill);
  exchange.behaviour = behaviour;
  const answer = composeAnswer(prompt, behaviour, said, record.number);
  await sendAnswer(exchange, format, prompt, format.prefill === "repeated" ? repeatPrefill(received, answer) : answer);
}

async function handleSideRoute(exchange: Exchange, route: Route, pathname: string): Promise<void> {
  const { format } = route;
  switch (route.kind) {
    case "embeddings":
      return sendJson(exchange, 200, answerEmbeddings(format.name, exchange.record.body));
    case "models": {
      const models = describeModels(format.name, route.id);
      return models ? sendJson(exchange, 200, models) : sendFailure(exchange, format, { status: 404 });
    }
    case "count-tokens": {
      // Counting needs no max_tokens, which the reader of answers insists on.
      const body = { max_tokens: 1, ...(exchange.record.body as object | undefined) };
      const tokens = countPromptTokens(format.read(body, route.kind === "count-tokens" ? route.path : {}));
      return sendJson(exchange, 200, format.name === "gemini" ? { totalTokens: tokens } : { input_tokens: tokens });
    }
    case "ollama":
      if (route.what !== "root") return sendJson(exchange, 200, describeOllama(route.what));
      exchange.response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("Ollama is running");
      return;
    default:
      return sendFailure(exchange, format, {
        status: 404,
        message: `No such route: ${exchange.record.method} ${pathname}`,
      });
  }
}

async function handleControl(control: Control, requests: RecordedRequest[], exchange: Exchange): Promise<void> {
  if (exchange.record.method === "GET") return sendJson(exchange, 200, { requests });
  try {
    applyOrder(control, exchange.record.body ?? {});
  } catch (error) {
    return sendJson(exchange, 400, { error: error instanceof Error ? error.message : "invalid" });
  }
  if ((exchange.record.body as { reset?: boolean } | undefined)?.reset) requests.length = 0;
  return sendJson(exchange, 200, { ok: true });
}

async function handle(control: Control, requests: RecordedRequest[], exchange: Exchange): Promise<void> {
  const { record } = exchange;
  const url = new URL(record.path, "http://model-server");
  const route = findRoute(record.method, url.pathname, record.headers);
  if (route.kind === "control") return handleControl(control, requests, exchange);
  requests.push(record);
  if (route.kind === "ollama") return handleSideRoute(exchange, route, url.pathname);
  const refusal = checkKey(route.format.name, control.requiredKey, record.headers, url.searchParams);
  if (refusal) return sendFailure(exchange, route.format, refusal);
  try {
    if (route.kind === "answer") return await handleAnswer(control, exchange, route);
    if (route.kind !== "unknown") {
      exchange.behaviour = serverFault(control, route.kind);
      if (await commitEarlyFault(exchange, route.format, false)) return;
    }
    return await handleSideRoute(exchange, route, url.pathname);
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    return sendFailure(exchange, route.format, { status: error.status, message: error.message });
  }
}

/** Makes the HTTP server; `requests` and `control` are read and changed as requests come. Not yet listening. */
export function createModelServer(control: Control, requests: RecordedRequest[]) {
  let number = 0;
  const open = new Set<AbortController>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    let broken = false;
    open.add(gone);
    response.once("close", () => {
      open.delete(gone);
      gone.abort();
    });
    const record: RecordedRequest = {
      number: ++number,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: request.headers,
      body: await readBody(request),
      status: undefined,
      eventsSent: 0,
      finished: false,
      aborted: false,
      closed: false,
    };
    watchEnd(record, response, () => broken);
    const markBroken = () => {
      broken = true;
    };
    await handle(control, requests, { response, record, behaviour: {}, signal: gone.signal, markBroken });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (error instanceof Gone || response.destroyed) return;
      console.error("model server:", error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  server.keepAliveTimeout = 60_000;
  return { server, hangUp: () => open.forEach((gone) => gone.abort()) };
}

/** The port that a listening server got. */
export function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port;
}
