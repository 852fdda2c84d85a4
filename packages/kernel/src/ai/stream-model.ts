import type { LanguageModelV3CallOptions } from "@ai-sdk/provider";
import { BrokenCircuitError, type CircuitBreakerPolicy } from "cockatiel";
import { type Answer, beginAnswer } from "./begin-answer.ts";
import { openForMs } from "./breakers.ts";
import { type Connection, type KeySource, type ModelName, providerOf } from "./connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";
import { type ModelMessage, buildPrompt, endsWithSpace } from "./messages.ts";
import type { CallRecorder } from "./model-calls.ts";
import { type Usage, costOf, readUsage } from "./price.ts";
import { type FinishReason, readAnswer, rejectWhenAborted } from "./read-answer.ts";
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

/** Models that think in silence may take so many times longer to begin. */
const silentThinkingFactor = 3;

/**
 * One model call through a connection: parts as they come, then exactly one `finish`. Recorded whatever its end.
 * Leaving the loop or aborting the signal closes the provider's connection at once.
 * @throws ModelFailed with `interrupted` (see there); the signal's reason when aborted
 */
export async function* streamModel(
  request: ModelRequest,
  { connection, name, breaker, limits, recorder }: StreamSettings,
): AsyncGenerator<ModelPart, void, undefined> {
  const { signal, workspaceId, userId, product } = request;
  signal?.throwIfAborted();
  const provider = providerOf(connection);
  const apiKey = connection.readKey();
  const endpoint = { baseUrl: connection.baseUrl, apiKey, fetch: connection.fetch };
  const options = callOptions(request, connection, name.model);
  const patience = provider.thinksSilently?.(name.model) ? silentThinkingFactor : 1;
  const record = recorder.begin({ workspaceId, userId, product, ...name, keySource: connection.source });
  const explain = (error: unknown): ModelFailed =>
    error instanceof ModelFailed
      ? error
      : new ModelFailed(explainFailure(error, connection.label, apiKey), record.hasBegun(), error);

  let answer: Answer | undefined;
  try {
    const opening = breaker.execute(() =>
      beginAnswer({
        attempt: (attemptLimits) => readAnswer(provider, endpoint, name.model, options, attemptLimits, signal),
        explain,
        limits: { ...limits, firstPartMs: limits.firstPartMs * patience },
        signal,
        onRetry: record.onRetry,
      }),
    );
    // While another call tries an open circuit, this one waits where it does not hear the signal.
    answer = await (signal ? Promise.race([opening, rejectWhenAborted(signal)]) : opening);
    record.onFirstPart();
    let dropsSpace = provider.continuesAnswer(name.model) && endsWithSpace(request.messages);
    for await (const part of answer) {
      if (part.type === "end") {
        const usage = readUsage(part.usage);
        const costUsd = costOf(connection, name.model, usage);
        record.done(usage, costUsd);
        yield {
          type: "finish",
          reason: part.reason,
          usage,
          costUsd,
          model: `${name.provider}/${name.model}`,
          provider: name.provider,
          keySource: connection.source,
          retries: record.retries,
          callId: record.id,
        };
      } else {
        const text = dropsSpace && part.type === "text" ? part.text.trimStart() : part.text;
        if (text === "") continue;
        if (part.type === "text") dropsSpace = false;
        yield { type: part.type, text };
      }
    }
  } catch (error) {
    if (signal?.aborted) {
      record.cancelled();
      throw signal.reason;
    }
    const failed = error instanceof BrokenCircuitError ? circuitOpen(connection.label, name.model) : explain(error);
    record.failed(failed);
    throw failed;
  } finally {
    // Without an end so far, the caller has left the loop.
    record.cancelled();
    await answer?.return();
  }
}

function callOptions(request: ModelRequest, connection: Connection, model: string): LanguageModelV3CallOptions {
  const { system, messages, maxOutputTokens, temperature } = request;
  const provider = providerOf(connection);
  const providerOptions = provider.reasoningOptions?.(model);
  return {
    prompt: buildPrompt(system, messages, provider.continuesAnswer(model)),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(providerOptions && { providerOptions }),
  };
}

function circuitOpen(label: string, model: string): ModelFailed {
  const message = `${label} failed several times in a row with ${model}; it is tried again in a few seconds.`;
  const retryAfterSeconds = Math.ceil(openForMs / 1000);
  return new ModelFailed({ kind: "circuit_open", message, isTransient: false, retryAfterSeconds }, false);
}
