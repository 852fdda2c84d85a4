import { BrokenCircuitError } from "cockatiel";
import { type Answer, beginAnswer } from "./begin-answer.ts";
import { type Breaker, openForMs } from "./breakers.ts";
import { callOptions } from "./call-options.ts";
import { type Connection, type ModelName, providerOf } from "./connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";
import { endsWithSpace } from "./messages.ts";
import type { ModelPart, ModelRequest } from "./model-request.ts";
import type { Ledger } from "./money/ledger.ts";
import { readUsage } from "./price.ts";
import { readAnswer, rejectWhenAborted } from "./read-answer.ts";
import type { TimeLimits } from "./time-limits.ts";

/** What a call needs besides its request. */
export interface StreamSettings {
  connection: Connection;
  name: ModelName;
  breaker: Breaker;
  limits: TimeLimits;
  ledger: Ledger;
  /** Why this model, in words. */
  route: string;
}

/** Models that think in silence may take so many times longer to begin. */
export const silentThinkingFactor = 3;

/**
 * One model call through a connection: parts as they come, then exactly one `finish`. Recorded whatever its end.
 * Leaving the loop or aborting the signal closes the provider's connection at once.
 * @throws ModelFailed with `interrupted` (see there); the signal's reason when aborted; AppError budget_exhausted or
 * price_unknown before anything is sent
 */
export async function* streamModel(
  request: ModelRequest,
  { connection, name, breaker, limits, ledger, route }: StreamSettings,
): AsyncGenerator<ModelPart, void, undefined> {
  const { signal, workspaceId, userId, product, apiKeyId = null } = request;
  signal?.throwIfAborted();
  const provider = providerOf(connection);
  const apiKey = connection.readKey();
  const endpoint = { baseUrl: connection.baseUrl, apiKey, fetch: connection.fetch };
  const patience = provider.thinksSilently?.(name.model) ? silentThinkingFactor : 1;
  const asked = callOptions(request, provider, name.model);
  const fewest = provider.fewestOutputTokens?.(name.model) ?? 1;
  const most = request.maxOutputTokens;
  const record = await ledger.begin({
    start: { workspaceId, userId, apiKeyId, product, ...name, keySource: connection.source, route },
    connection,
    name,
    demand: request,
    maxOutputTokens: most === undefined ? undefined : Math.max(most, fewest),
  });
  const options = {
    ...asked,
    ...(record.maxOutputTokens !== undefined && { maxOutputTokens: record.maxOutputTokens }),
  };
  const explain = (error: unknown): ModelFailed =>
    error instanceof ModelFailed
      ? error
      : new ModelFailed(explainFailure(error, connection.label, apiKey), record.hasBegun(), error);

  const by = `${connection.kind}/${name.model}`;
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
        breaker.onWhole();
        const usage = readUsage(part.usage);
        const costUsd = record.done(usage);
        yield {
          type: "finish",
          reason: part.reason,
          usage,
          costUsd,
          model: `${name.provider}/${name.model}`,
          provider: name.provider,
          keySource: connection.source,
          retries: record.retries,
          route,
          callId: record.id,
          ...(part.thoughts.length > 0 && { signed: { by, thoughts: part.thoughts } }),
        };
      } else if (part.type === "text" || part.type === "reasoning") {
        const text = dropsSpace && part.type === "text" ? part.text.trimStart() : part.text;
        if (text === "") continue;
        if (part.type === "text") dropsSpace = false;
        record.onText(text);
        yield { type: part.type, text };
      } else {
        dropsSpace = false;
        if (part.type !== "tool-call" && part.type !== "tool-call-begin") {
          yield part;
          continue;
        }
        if (part.type === "tool-call") record.onText(part.input);
        const { signature, ...call } = part;
        yield { ...call, ...(signature && { signed: { by, signature } }) };
      }
    }
  } catch (error) {
    if (signal?.aborted) {
      record.cancelled();
      throw signal.reason;
    }
    const failed = error instanceof BrokenCircuitError ? circuitOpen(connection.label, name.model) : explain(error);
    if (answer) breaker.onCut(failed);
    record.failed(failed);
    throw failed;
  } finally {
    // Without an end so far, the caller has left the loop.
    record.cancelled();
    await answer?.return();
  }
}

export function circuitOpen(label: string, model: string): ModelFailed {
  const message = `${label} failed several times in a row with ${model}; it is tried again in a few seconds.`;
  const retryAfterSeconds = Math.ceil(openForMs / 1000);
  return new ModelFailed({ kind: "circuit_open", message, isTransient: false, retryAfterSeconds }, false);
}
