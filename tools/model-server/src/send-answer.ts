import type { Answer } from "./answer.ts";
import { commitEarlyFault, failureOf } from "./early-faults.ts";
import { type Exchange, breakConnection, frameText, pause, sendJson, write } from "./exchange.ts";
import type { Format, Frame } from "./format.ts";
import type { Prompt } from "./prompt.ts";

const DEFAULT_AFTER = 3;

/** Says `answer` in `format`, whole or as a stream, with whatever fault the behaviour asks for. */
export async function sendAnswer(exchange: Exchange, format: Format, prompt: Prompt, answer: Answer): Promise<void> {
  await pause(exchange, exchange.behaviour.firstDelayMs ?? 0);
  const stream = prompt.stream && exchange.behaviour.fault !== "ignores-stream";
  if (await commitEarlyFault(exchange, format, stream)) return;
  if (stream) await sendStream(exchange, format, prompt, answer);
  else await sendWhole(exchange, format, prompt, answer);
}

async function sendWhole(exchange: Exchange, format: Format, prompt: Prompt, answer: Answer): Promise<void> {
  const { response, behaviour } = exchange;
  const text = JSON.stringify(format.whole(answer, prompt));
  const half = text.slice(0, Math.floor(text.length / 2));
  // The whole body takes as long as its stream would have taken.
  await pause(exchange, (behaviour.delayMs ?? 0) * answer.text.length);
  switch (behaviour.fault) {
    case "error-first":
    case "error-midway":
      return sendJson(exchange, 200, format.failureBody(failureOf(exchange)));
    case "empty-stream":
      return sendJson(exchange, 200, {});
    case "invalid-json":
      response.writeHead(200, { "content-type": "application/json" }).end(half);
      return;
    case "cut":
    case "hang-between-chunks":
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      await write(exchange, half);
      return behaviour.fault === "cut" ? breakConnection(exchange, "close") : pause(exchange, undefined);
    default: {
      const type = behaviour.fault === "wrong-content-type" ? "application/octet-stream" : "application/json";
      response.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(text) });
      await write(exchange, text);
      response.end();
    }
  }
}

/** The events that the fault lets through: it may begin with an error, or leave out the end. */
function* framesUnderFault(exchange: Exchange, format: Format, frames: Iterable<Frame>): Iterable<Frame> {
  const { fault } = exchange.behaviour;
  if (fault === "empty-stream") return;
  if (fault === "error-first") {
    yield format.failureFrame(failureOf(exchange), 0);
    return;
  }
  for (const frame of frames) {
    if (fault === "no-finish" && frame.kind === "finish") return;
    yield frame;
  }
}

/** Strikes in the place of `frame`. Returns whether the stream goes on after it, ends cleanly, or is broken. */
async function commitLateFault(exchange: Exchange, format: Format, frame: Frame): Promise<"go on" | "end" | "broken"> {
  switch (exchange.behaviour.fault) {
    case "cut":
      await breakConnection(exchange, "close");
      return "broken";
    case "hang-between-chunks":
      await pause(exchange, undefined);
      return "broken";
    case "error-midway": {
      const failure = format.failureFrame(failureOf(exchange), exchange.record.eventsSent);
      await write(exchange, frameText(failure, format.lineEnd));
      return "end";
    }
    default: {
      const whole = JSON.stringify(frame.data);
      await write(exchange, `data: ${whole.slice(0, Math.floor(whole.length / 2))}${format.lineEnd}${format.lineEnd}`);
      return "go on";
    }
  }
}

const LATE_FAULTS = new Set(["cut", "hang-between-chunks", "error-midway", "invalid-json"]);

async function sendStream(exchange: Exchange, format: Format, prompt: Prompt, answer: Answer): Promise<void> {
  const { response, behaviour, record } = exchange;
  const type =
    behaviour.fault === "wrong-content-type" ? "application/octet-stream" : "text/event-stream; charset=utf-8";
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  response.flushHeaders();
  let textsLeft = behaviour.after ?? DEFAULT_AFTER;
  let armed = LATE_FAULTS.has(behaviour.fault ?? "");
  for (const frame of framesUnderFault(exchange, format, format.frames(answer, prompt))) {
    if (frame.kind === "text" || frame.kind === "thought" || frame.kind === "call")
      await pause(exchange, behaviour.delayMs ?? 0);
    // An answer too short for the fault's place must not let it slip by: then it strikes at the end.
    const isCounted = frame.kind === "text" || frame.kind === "call";
    if (armed && ((isCounted && textsLeft === 0) || frame.kind === "finish")) {
      armed = false;
      const outcome = await commitLateFault(exchange, format, frame);
      if (outcome === "broken") return;
      if (outcome === "end") break;
    } else await write(exchange, frameText(frame, format.lineEnd));
    record.eventsSent += 1;
    if (isCounted) textsLeft -= 1;
  }
  response.end();
}
