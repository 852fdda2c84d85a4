import type {
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
} from "@ai-sdk/provider";
import type { ModelPart } from "./model-request.ts";
import { type Endpoint, type Provider } from "./providers/index.ts";
import { BadAnswer, EndedEarly, ErrorInStream } from "./provider-errors.ts";
import { streamingFetch } from "./provider-fetch.ts";
import { type SignedThought, collectThoughts } from "./signed-reasoning.ts";
import { type TimeLimits, watchTime } from "./time-limits.ts";

export type FinishReason = "stop" | "length" | "content-filter" | "tool-calls" | "other";

export type AnswerPart =
  | Extract<ModelPart, { type: "text" | "reasoning" | "tool-call-delta" }>
  | { type: "tool-call-begin"; id: string; name: string; signature?: SharedV3ProviderMetadata }
  | { type: "tool-call"; id: string; name: string; input: string; signature?: SharedV3ProviderMetadata }
  | { type: "end"; reason: FinishReason; usage: LanguageModelV3Usage; thoughts: SignedThought[] };

/** How long the rest of a connection is read after the answer's end, so that it can be used again. */
const lingerMs = 1000;

function ended(hasBegun: boolean): Error {
  return hasBegun ? new EndedEarly() : new BadAnswer("ended its answer before it began");
}

/** Rejects with the reason when the signal is aborted; never resolves. */
export function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/**
 * One attempt at one answer. Ends with exactly one `end` part; a stream that ends without the provider's own reason
 * throws `EndedEarly` instead. Leaving the loop, aborting `signal` or passing a time limit closes the connection at
 * once.
 * @throws the raw error; `explainFailure` makes words of it
 */
export async function* readAnswer(
  provider: Provider,
  endpoint: Endpoint,
  model: string,
  options: LanguageModelV3CallOptions,
  limits: TimeLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnswerPart, void, undefined> {
  const stop = new AbortController();
  const watch = watchTime(limits, (reason) => stop.abort(reason));
  const onAbort = () => stop.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  let reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart> | undefined;
  let isComplete = false;
  try {
    stop.signal.throwIfAborted();
    const fetch = streamingFetch(endpoint.fetch, watch.onBytes);
    const call = provider.languageModel({ ...endpoint, fetch }, model);
    const opening = Promise.resolve(call.doStream({ ...options, abortSignal: stop.signal }));
    const { stream } = await Promise.race([opening, rejectWhenAborted(stop.signal)]);
    const parts = (reader = stream.getReader());
    // A read that waits ends at once, whatever the layers below do with the signal.
    stop.signal.addEventListener("abort", () => void parts.cancel(stop.signal.reason).catch(() => undefined));
    let hasBegun = false;
    let hasCalled = false;
    const thoughts = collectThoughts();
    /** Calls that have begun and not come whole: what was written of each. */
    const openCalls = new Map<string, { name: string; input: string }>();
    for (;;) {
      const { done, value: part } = await parts.read();
      stop.signal.throwIfAborted();
      if (done) throw ended(hasBegun);
      if (part.type === "stream-start" || part.type === "response-metadata" || part.type === "raw") continue;
      if (part.type === "error") {
        // How the SDK's compatible provider reports a stream that just ended.
        const isEnd = part.error instanceof Error && part.error.message.includes("without a finish reason");
        throw isEnd ? ended(hasBegun) : new ErrorInStream(part.error);
      }
      if (part.type === "finish") {
        const { unified, raw } = part.finishReason;
        if (unified === "error" && raw !== undefined) throw new ErrorInStream(`The model stopped with: ${raw}`);
        // The SDK fills the gap with "other" or "error"; only a provider that said why has finished. OpenAI's responses say
        // nothing more than that they are completed.
        if (raw === undefined && unified !== "stop" && unified !== "tool-calls") throw ended(hasBegun);
        isComplete = true;
        // The SDK drops some calls whose arguments are no JSON; whoever asked decides what to make of them.
        for (const [id, call] of openCalls) yield { type: "tool-call", id, ...call };
        const reason = unified === "error" ? "other" : unified;
        // Some servers end with "stop" although they call tools.
        const ownReason = hasCalled && reason === "stop" ? "tool-calls" : reason;
        yield { type: "end", reason: ownReason, usage: part.usage, thoughts: thoughts.signed() };
        return;
      }
      if (part.type === "reasoning-start") {
        // Nothing has been said yet, and may not be for long where the thinking itself is not told.
        thoughts.add(part.id, "", part.providerMetadata);
        continue;
      }
      hasBegun = true;
      watch.onPart();
      if (part.type === "text-delta" && part.delta !== "") yield { type: "text", text: part.delta };
      else if (part.type === "reasoning-delta") {
        thoughts.add(part.id, part.delta, part.providerMetadata);
        if (part.delta !== "") yield { type: "reasoning", text: part.delta };
      } else if (part.type === "reasoning-end") thoughts.end(part.id, part.providerMetadata);
      else if (part.type === "tool-input-start") {
        hasCalled = true;
        const { id, toolName: name, providerMetadata: signature } = part;
        openCalls.set(id, { name, input: "" });
        yield { type: "tool-call-begin", id, name, ...(signature && { signature }) };
      } else if (part.type === "tool-input-delta" && part.delta !== "") {
        const call = openCalls.get(part.id);
        if (call) call.input += part.delta;
        yield { type: "tool-call-delta", id: part.id, text: part.delta };
      } else if (part.type === "tool-call") {
        const { toolCallId: id, toolName: name, input, providerMetadata: signature } = part;
        hasCalled = true;
        if (!openCalls.delete(id)) yield { type: "tool-call-begin", id, name };
        yield { type: "tool-call", id, name, input, ...(signature && { signature }) };
      }
    }
  } finally {
    watch.stop();
    signal?.removeEventListener("abort", onAbort);
    if (isComplete && reader) void endConnection(reader, stop);
    else stop.abort(new DOMException("The answer is no longer wanted.", "AbortError"));
  }
}

async function endConnection(
  reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart>,
  stop: AbortController,
): Promise<void> {
  const timer = setTimeout(() => stop.abort(), lingerMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer was complete; how its connection ends says nothing about it.
  } finally {
    clearTimeout(timer);
  }
}
