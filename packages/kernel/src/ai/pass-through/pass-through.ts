import type { Readable } from "node:stream";
import { BrokenCircuitError } from "cockatiel";
import { AnswerTooLong, type RawAnswer } from "../../outbound/index.ts";
import { type Connection, isOwn } from "../connection.ts";
import { explainFailure } from "../explain-failure.ts";
import { ModelFailed } from "../failures.ts";
import type { Demand } from "../money/demand.ts";
import type { PaidCall } from "../money/ledger.ts";
import type { Usage } from "../price.ts";
import { BadAnswer, EndedEarly, ProviderRefused, TookTooLong } from "../provider-errors.ts";
import { tellsOfError } from "../provider-fetch.ts";
import { providers } from "../providers/index.ts";
import { type StreamSettings, circuitOpen, silentThinkingFactor } from "../stream-model.ts";
import { type TimeLimits, watchTime } from "../time-limits.ts";
import { type ChatEvents, readChatEvents } from "./chat-events.ts";
import { readChatUsage } from "./chat-usage.ts";
import { type ChatBody, sameFormat } from "./same-format.ts";

/** A call whose client and provider speak the same format. */
export interface PassRequest {
  workspaceId: string;
  userId: string;
  product: string;
  apiKeyId?: string | undefined;
  /** `provider/model`. */
  model: string;
  /** As the client sent it, checked. */
  body: ChatBody;
  /** What is asked, for budgets; looked at only when they need it. */
  demand: Demand;
  maxOutputTokens?: number | undefined;
  signal: AbortSignal;
}

/** Where the events of a stream go. */
export interface PassTarget {
  /** Before the first bytes. */
  begin(callId: string): void;
  /** Resolves when more can be taken. */
  write(bytes: Buffer): Promise<void> | undefined;
}

/** A whole answer's bytes, or that all events were written to the target, the last one being the client's to add. */
export type Passed = { type: "whole"; body: Buffer; callId: string } | { type: "streamed"; callId: string };

const largestErrorBytes = 256 * 1024;
const largestWholeBytes = { answer: 64 * 1024 * 1024, error: largestErrorBytes };
/** How long the rest of a connection may take to end so that it can be used again. */
const lingerMs = 1000;

/**
 * One model call whose bytes pass from provider to client as they are, read only for what must be known: errors, the
 * reason of the end, usage. One attempt: who wants more falls back to `streamModel`. Null where the formats differ.
 * @throws as `streamModel` does
 */
export async function passThrough(
  request: PassRequest,
  { connection, name, breaker, limits, ledger, route }: StreamSettings,
  target: PassTarget,
): Promise<Passed | null> {
  const { signal, workspaceId, userId, product, apiKeyId = null, body } = request;
  const format = sameFormat(connection, name.model, body);
  if (format === null) return null;
  signal.throwIfAborted();
  const apiKey = connection.readKey();
  const record = await ledger.begin({
    start: { workspaceId, userId, apiKeyId, product, ...name, keySource: connection.source, route },
    connection,
    name,
    demand: request.demand,
    maxOutputTokens: request.maxOutputTokens,
  });
  const isThinking = providers[connection.kind].thinksSilently?.(name.model) ?? false;
  const firstPartMs = limits.firstPartMs * (isThinking ? silentThinkingFactor : 1);
  const wholeMs = isThinking || isOwn(connection) ? limits.slowWholeMs : limits.wholeMs;
  const attempt: Attempt = {
    url: format.url,
    body: format.write(record.maxOutputTokens),
    apiKey,
    connection,
    record,
    signal,
  };
  try {
    const passed = await breaker.execute(() =>
      body.stream
        ? passStream(attempt, { ...limits, firstPartMs }, includesUsage(body), target)
        : passWhole(attempt, wholeMs),
    );
    breaker.onWhole();
    return passed;
  } catch (error) {
    if (signal.aborted) {
      record.cancelled();
      throw signal.reason;
    }
    const failed =
      error instanceof BrokenCircuitError ? circuitOpen(connection.label, name.model) : explain(error, attempt);
    record.failed(failed);
    throw failed;
  }
}

interface Attempt {
  url: URL;
  body: string;
  apiKey: string | null;
  connection: Connection;
  record: PaidCall;
  signal: AbortSignal;
}

function includesUsage({ stream_options: options }: ChatBody): boolean {
  return (options as { include_usage?: unknown } | null | undefined)?.include_usage === true;
}

function explain(error: unknown, { connection, apiKey, record }: Attempt): ModelFailed {
  if (error instanceof ModelFailed) return error;
  return new ModelFailed(explainFailure(error, connection.label, apiKey), record.hasBegun(), error);
}

function requestOf({ body, apiKey }: Attempt) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (apiKey !== null) headers["authorization"] = `Bearer ${apiKey}`;
  return { method: "POST" as const, headers, body };
}

const isGood = (status: number) => status >= 200 && status < 300;

/** Sends the request and looks at the head of the answer. @throws ProviderRefused, BadAnswer */
async function open(attempt: Attempt, stop: AbortSignal): Promise<RawAnswer> {
  const answer = await attempt.connection.fetch.send(attempt.url, requestOf(attempt), stop);
  if (isGood(answer.status)) return answer;
  throw new ProviderRefused(answer.status, await textOf(answer.body, largestErrorBytes), headersOf(answer.headers));
}

function headersOf(headers: RawAnswer["headers"]): Headers {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return new Headers(pairs as [string, string][]);
}

async function textOf(body: Readable, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    total += chunk.length;
    if (total >= most) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, most);
}

const noUsage: Usage = {
  inputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  cachedInputTokens: null,
  cacheWriteTokens: null,
};

async function passWhole(attempt: Attempt, mostMs: number): Promise<Passed> {
  try {
    return await readWhole(attempt, mostMs);
  } catch (error) {
    const isTooLong = error instanceof AnswerTooLong;
    throw explain(isTooLong ? new BadAnswer("sent more in one piece than can be accepted") : error, attempt);
  }
}

async function readWhole(attempt: Attempt, mostMs: number): Promise<Passed> {
  const { signal, record } = attempt;
  const { answer, abort } = attempt.connection.fetch.sendWhole(attempt.url, requestOf(attempt), largestWholeBytes);
  const timer = setTimeout(() => abort(new TookTooLong("whole", mostMs)), mostMs);
  const onAbort = () => abort(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { status, headers, body } = await answer;
    if (!isGood(status)) throw refusal(status, body, headers);
    if (String(headers["content-type"] ?? "").includes("html")) throw webPage();
    const { usage: reported, text } = parseWhole(body, headers);
    record.onFirstPart();
    const usage = readChatUsage(reported);
    if (usage === null) record.onText(text);
    record.done(usage ?? noUsage);
    return { type: "whole", body, callId: record.id };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

const refusal = (status: number, body: Buffer, headers: RawAnswer["headers"]) =>
  new ProviderRefused(status, body.toString("utf8", 0, largestErrorBytes), headersOf(headers));

function webPage(): BadAnswer {
  return new BadAnswer("answered with a web page instead of a model's answer; the base URL is probably wrong");
}

interface WholeAnswer {
  error?: unknown;
  usage?: unknown;
  choices?: { finish_reason?: unknown; message?: { content?: unknown; tool_calls?: unknown } }[];
}

/** @throws BadAnswer, ProviderRefused for an error with status 200, EndedEarly */
function parseWhole(bytes: Buffer, headers: RawAnswer["headers"]): { usage: unknown; text: string } {
  if (bytes.length === 0) throw new BadAnswer("ended its answer before it began");
  let answer: WholeAnswer;
  try {
    answer = JSON.parse(bytes.toString("utf8")) as WholeAnswer;
  } catch {
    throw new BadAnswer("sent something that is not part of an answer");
  }
  if (answer.error) throw refusal(200, bytes, headers);
  const choice = answer.choices?.[0];
  if (!choice) throw new BadAnswer("ended its answer before it began");
  if (typeof choice.finish_reason !== "string") throw new EndedEarly();
  const { content, tool_calls: calls } = choice.message ?? {};
  return { usage: answer.usage, text: `${typeof content === "string" ? content : ""}${JSON.stringify(calls ?? "")}` };
}

async function passStream(
  attempt: Attempt,
  limits: TimeLimits,
  includesUsage: boolean,
  target: PassTarget,
): Promise<Passed> {
  const { record, signal } = attempt;
  const events = readChatEvents(includesUsage);
  const stop = new AbortController();
  const watch = watchTime(limits, (reason) => stop.abort(reason));
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { body, headers } = await open(attempt, stop.signal);
    const type = String(headers["content-type"] ?? "");
    if (type.includes("html")) throw webPage();
    if (type.includes("json")) {
      const text = await textOf(body, largestErrorBytes);
      if (tellsOfError.test(text.slice(0, 2000))) throw new ProviderRefused(200, text, headersOf(headers));
      throw new BadAnswer("did not stream its answer");
    }
    try {
      await pump(
        body,
        stop,
        events,
        (bytes) => {
          if (!record.hasBegun()) {
            record.onFirstPart();
            target.begin(record.id);
          }
          return target.write(bytes);
        },
        watch,
      );
    } catch (error) {
      record.onText(" ".repeat(events.textBytes()));
      throw error;
    }
    const usage = events.usage();
    if (usage === null) record.onText(" ".repeat(events.textBytes()));
    record.done(usage ?? noUsage);
    return { type: "streamed", callId: record.id };
  } catch (error) {
    // Whatever goes wrong, the provider is not kept writing.
    if (!stop.signal.aborted) stop.abort(error);
    // The reason says more than what it did to the connection.
    throw explain(stop.signal.reason, attempt);
  } finally {
    watch.stop();
    signal.removeEventListener("abort", onAbort);
  }
}

/** Passes events on until the provider has said its end. @throws EndedEarly when it never does */
function pump(
  body: Readable,
  stop: AbortController,
  events: ChatEvents,
  pass: (bytes: Buffer) => Promise<void> | undefined,
  watch: ReturnType<typeof watchTime>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // What came before the first event of an answer, such as pings: the status is not sent for these.
    let early: Buffer[] = [];
    let isOver = false;
    const end = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      if (error === undefined) linger(body, stop);
      else body.on("error", () => undefined).destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const finished = () => (events.isFinished() ? undefined : endedEarly(events));
    body.on("data", (chunk: Buffer) => {
      if (isOver) return;
      watch.onBytes();
      try {
        const bytes = events.read(chunk);
        if (events.hasBegun()) watch.onPart();
        if (bytes !== null) {
          if (events.hasBegun()) {
            const waiting = pass(early.length === 0 ? bytes : Buffer.concat([...early, bytes]));
            early = [];
            if (waiting) {
              body.pause();
              void waiting.then(() => body.resume());
            }
          } else early.push(bytes);
        }
        if (events.isDone()) end(finished());
      } catch (error) {
        end(error);
      }
    });
    body.once("end", () => end(finished()));
    body.once("error", end);
    body.once("close", () => end(finished()));
  });
}

function endedEarly(events: ChatEvents): Error {
  return events.hasBegun() ? new EndedEarly() : new BadAnswer("ended its answer before it began");
}

/** Reads to the end so that the connection can be used again, or closes it. */
function linger(body: Readable, stop: AbortController): void {
  if (body.readableEnded || body.destroyed) return;
  const timer = setTimeout(() => stop.abort(), lingerMs);
  body.on("error", () => undefined).once("close", () => clearTimeout(timer));
  body.resume();
}
