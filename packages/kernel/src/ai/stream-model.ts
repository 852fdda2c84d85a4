import type { LanguageModelV3CallOptions } from "@ai-sdk/provider";
import { type CircuitBreakerPolicy, BrokenCircuitError } from "cockatiel";
import { setTimeout as wait } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { openForMs } from "./breakers.ts";
import { type Connection, type KeySource, type ModelName, providerOf } from "./connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";
import { type ModelMessage, buildPrompt } from "./messages.ts";
import type { CallOutcome, CallRecorder } from "./model-calls.ts";
import { type Usage, costOf, readUsage } from "./price.ts";
import { type AnswerPart, type FinishReason, readAnswer } from "./read-answer.ts";
import type { TimeLimits } from "./time-limits.ts";

export interface ModelRequest {
  workspaceId: string;
  userId: string;
  /** Which product asks, for the record: `chat`, ... */
  product: string;
  /** `provider/model`; the caller's default model when missing. */
  model?: string | undefined;
  system?: string | undefined;
  /** A last message of the assistant asks to continue it. */
  messages: ModelMessage[];
  maxOutputTokens?: number | undefined;
  temperature?: number | undefined;
  signal?: AbortSignal | undefined;
}

export type ModelPart =
  | { type: "text" | "reasoning"; text: string }
  | {
      type: "finish";
      reason: FinishReason;
      usage: Usage;
      costUsd: number | null;
      /** `provider/model`. */
      model: string;
      provider: string;
      keySource: KeySource;
      /** Attempts before the one that answered. */
      retries: number;
      /** Id in `kernel.model_calls`. */
      callId: string;
    };

/** What a call needs besides its request. */
export interface StreamSettings {
  connection: Connection;
  name: ModelName;
  breaker: CircuitBreakerPolicy;
  limits: TimeLimits;
  recorder: CallRecorder;
}

const mostRetries = 2;
/** A provider that asks for more patience than this gets none: the caller is told instead. */
const longestDelayMs = 10_000;
/** Models that think in silence may take so many times longer to begin. */
const silentThinkingFactor = 3;

interface Begun {
  first: AnswerPart;
  rest: AsyncGenerator<AnswerPart, void, undefined>;
  retries: number;
}

/** Opens an answer and reads its first part, trying again where that is safe: nothing has been given out yet. */
async function beginAnswer(
  attempt: (limits: TimeLimits) => AsyncGenerator<AnswerPart, void, undefined>,
  explain: (error: unknown) => ModelFailed,
  limits: TimeLimits,
  signal: AbortSignal | undefined,
  onRetry: (retries: number) => void,
): Promise<Begun> {
  const deadline = performance.now() + limits.firstPartMs;
  for (let retries = 0; ; retries += 1) {
    const parts = attempt({ ...limits, firstPartMs: Math.max(1, deadline - performance.now()) });
    try {
      const first = await parts.next();
      if (first.done) throw new Error("an answer without an end");
      return { first: first.value, rest: parts, retries };
    } catch (error) {
      if (signal?.aborted) throw error;
      const failed = explain(error);
      // Full jitter, so that many callers do not return all at once.
      const asked = failed.retryAfterSeconds === undefined ? null : failed.retryAfterSeconds * 1000;
      const delay = asked === null ? Math.random() * limits.retryDelayMs * 2 ** retries : asked + Math.random() * 250;
      const isWorthIt = failed.isTransient && delay <= longestDelayMs && performance.now() + delay < deadline;
      if (!isWorthIt || retries === mostRetries) throw failed;
      onRetry(retries + 1);
      await wait(delay, undefined, signal && { signal });
    }
  }
}

/**
 * One model call through a connection: parts as they come, then exactly one `finish`. Recorded whatever its end.
 * Leaving the loop or aborting the signal closes the provider's connection at once.
 * @throws ModelFailed with `interrupted` (see there); the signal's reason when aborted
 */
export async function* streamModel(
  request: ModelRequest,
  { connection, name, breaker, limits, recorder }: StreamSettings,
): AsyncGenerator<ModelPart, void, undefined> {
  const { signal } = request;
  signal?.throwIfAborted();
  const provider = providerOf(connection);
  const continues = provider.continuesAnswer(name.model);
  const options: LanguageModelV3CallOptions = {
    prompt: buildPrompt(request.system, request.messages, continues),
    ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    providerOptions: provider.reasoningOptions?.(name.model) ?? {},
  };
  const apiKey = connection.readKey();
  const endpoint = { baseUrl: connection.baseUrl, apiKey, fetch: connection.fetch };
  const patience = provider.thinksSilently?.(name.model) ? silentThinkingFactor : 1;
  const callLimits = { ...limits, firstPartMs: limits.firstPartMs * patience };
  let dropsSpace = continues && endsWithSpace(request.messages);

  const id = uuidv7();
  const startedAt = performance.now();
  const settle = recorder.begin({
    workspaceId: request.workspaceId,
    id,
    userId: request.userId,
    product: request.product,
    provider: name.provider,
    model: name.model,
    keySource: connection.source,
  });
  let firstPartMs: number | null = null;
  let retries = 0;
  let isSettled = false;
  const end = (
    status: CallOutcome["status"],
    failed?: ModelFailed,
    { usage, costUsd }: Pick<CallOutcome, "usage" | "costUsd"> = { usage: null, costUsd: null },
  ) => {
    if (isSettled) return;
    isSettled = true;
    const durationMs = performance.now() - startedAt;
    settle({ status, errorKind: failed?.kind ?? null, retries, usage, costUsd, firstPartMs, durationMs });
  };
  const explain = (error: unknown): ModelFailed =>
    error instanceof ModelFailed
      ? error
      : new ModelFailed(explainFailure(error, connection.label, apiKey), firstPartMs !== null, error);

  let rest: AsyncGenerator<AnswerPart, void, undefined> | undefined;
  try {
    const attempt = (attemptLimits: TimeLimits) =>
      readAnswer(provider, endpoint, name.model, options, attemptLimits, signal);
    const begun = await breaker.execute(() =>
      beginAnswer(attempt, explain, callLimits, signal, (count) => {
        retries = count;
      }),
    );
    rest = begun.rest;
    firstPartMs = performance.now() - startedAt;
    for await (const part of startingWith(begun.first, rest)) {
      if (part.type === "end") {
        const usage = readUsage(part.usage);
        const costUsd = costOf(connection, name.model, usage);
        end("done", undefined, { usage, costUsd });
        yield {
          type: "finish",
          reason: part.reason,
          usage,
          costUsd,
          model: `${name.provider}/${name.model}`,
          provider: name.provider,
          keySource: connection.source,
          retries,
          callId: id,
        };
      } else {
        const text: string = dropsSpace && part.type === "text" ? part.text.trimStart() : part.text;
        if (part.type === "text" && text !== "") dropsSpace = false;
        if (text !== "") yield { type: part.type, text };
      }
    }
  } catch (error) {
    if (signal?.aborted) {
      end("cancelled");
      throw signal.reason;
    }
    const failed = error instanceof BrokenCircuitError ? circuitOpen(connection.label, name.model) : explain(error);
    end(failed.interrupted ? "interrupted" : "failed", failed);
    throw failed;
  } finally {
    // Still open here: the caller left the loop.
    end("cancelled");
    await rest?.return();
  }
}

async function* startingWith<T>(
  first: T,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

function circuitOpen(label: string, model: string): ModelFailed {
  const message = `${label} failed several times in a row with ${model}; it is tried again in a few seconds.`;
  const retryAfterSeconds = Math.ceil(openForMs / 1000);
  return new ModelFailed({ kind: "circuit_open", message, isTransient: false, retryAfterSeconds }, false);
}

/** The SDK trims a prefill for Anthropic, which refuses space at its end; the model may then begin with one of its own. */
function endsWithSpace(messages: ModelMessage[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return false;
  const text =
    typeof last.content === "string"
      ? last.content
      : last.content.map((each) => (each.type === "text" ? each.text : "")).join("");
  return /\s$/.test(text);
}
