import type { Fetch } from "../outbound/index.ts";
import { BadAnswer, ProviderRefused } from "./provider-errors.ts";

/** No event of an honest provider comes near it; more would only fill the memory. */
const largestEventBytes = 4 * 1024 * 1024;
const largestAnswerBytes = 64 * 1024 * 1024;
const largestErrorBytes = 256 * 1024;

/** A field with an error in it; OpenAI's responses have one that is null. */
export const tellsOfError = /"error"\s*:(?!\s*null\b)/;

const doneMark = Buffer.from("data: [DONE]");
const lineFeed = 10;

/** How long a connection whose answer is complete may take to end before it is closed instead of kept for the next call. */
const lingerMs = 1000;

async function readSome(body: ReadableStream<Uint8Array> | null, largest: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  // Leaving the loop early cancels the stream.
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= largest) break;
  }
  return text.slice(0, largest);
}

/** Reads to the end so that the connection can be used again, or closes it. */
async function linger(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), lingerMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer was complete; how its connection ends says nothing about it.
  } finally {
    clearTimeout(timer);
  }
}

function isDone(chunk: Uint8Array): boolean {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const at = buffer.lastIndexOf(doneMark);
  // Inside of JSON a line break is always escaped, so a line that begins so is the protocol's own.
  return at === 0 || (at > 0 && buffer[at - 1] === lineFeed);
}

/**
 * Bounds a stream of server-sent events by event and in total, tells when bytes arrive, and ends it at `[DONE]` even
 * when the provider keeps the connection open.
 */
function boundedEvents(body: ReadableStream<Uint8Array>, onBytes: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let total = 0;
  let sinceLineFeed = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        onBytes();
        total += value.byteLength;
        const lastLineFeed = value.lastIndexOf(lineFeed);
        sinceLineFeed = lastLineFeed === -1 ? sinceLineFeed + value.byteLength : value.byteLength - 1 - lastLineFeed;
        if (sinceLineFeed > largestEventBytes || total > largestAnswerBytes) {
          const error = new BadAnswer("sent more in one piece than can be accepted");
          void reader.cancel(error).catch(() => undefined);
          throw error;
        }
        controller.enqueue(value);
        if (isDone(value)) {
          controller.close();
          void linger(reader);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * The fetch that the AI SDK is given for one streamed call: HTTP errors and answers that are no stream become errors
 * of ours with the provider's words, before the SDK sees them.
 */
export function streamingFetch(fetch: Fetch, onBytes: () => void): Fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (!answer.ok) {
      throw new ProviderRefused(answer.status, await readSome(answer.body, largestErrorBytes), answer.headers);
    }
    const type = answer.headers.get("content-type") ?? "";
    if (/\b(?:html|json)\b/.test(type)) {
      const text = await readSome(answer.body, largestErrorBytes);
      if (type.includes("html"))
        throw new BadAnswer("answered with a web page instead of a model's answer; the base URL is probably wrong");
      if (tellsOfError.test(text.slice(0, 2000))) throw new ProviderRefused(answer.status, text, answer.headers);
      throw new BadAnswer("did not stream its answer");
    }
    if (answer.body === null) throw new BadAnswer("sent an empty answer");
    return new Response(boundedEvents(answer.body, onBytes), { status: answer.status, headers: answer.headers });
  };
}

/**
 * The fetch that the AI SDK is given for one answer that comes whole: bounded, and with HTTP errors and web pages as errors
 * of ours.
 */
export function boundedFetch(fetch: Fetch): Fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (!answer.ok) {
      throw new ProviderRefused(answer.status, await readSome(answer.body, largestErrorBytes), answer.headers);
    }
    if ((answer.headers.get("content-type") ?? "").includes("html")) {
      await answer.body?.cancel();
      throw new BadAnswer("answered with a web page instead of vectors; the base URL is probably wrong");
    }
    const text = await readSome(answer.body, largestAnswerBytes);
    if (text === "") throw new BadAnswer("ended its answer before it began");
    if (text.length >= largestAnswerBytes) throw new BadAnswer("sent more in one piece than can be accepted");
    return new Response(text, { status: answer.status, headers: { "content-type": "application/json" } });
  };
}
