import { AppError } from "../errors/index.ts";
import { tryAgain } from "./begin-answer.ts";
import { type Connection, type ModelName, providerOf, readModelName } from "./connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";
import { likelyTokens } from "./money/demand.ts";
import type { Ledger } from "./money/ledger.ts";
import { TookTooLong } from "./provider-errors.ts";
import { boundedFetch } from "./provider-fetch.ts";
import { rejectWhenAborted } from "./read-answer.ts";
import { connectionFor } from "./routing/choose-models.ts";
import type { TimeLimits } from "./time-limits.ts";

export interface EmbedRequest {
  workspaceId: string;
  userId: string;
  product: string;
  apiKeyId?: string | undefined;
  texts: string[];
  /** `provider/model`; the workspace's usual one when missing. Vectors of different models cannot be compared. */
  model?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Embeddings {
  /** One for each text, in the order of the texts, of length 1. */
  vectors: Float32Array[];
  /** `provider/model`: vectors may only be compared with others of the same. */
  model: string;
  dimensions: number;
  /** Null: not reported. */
  inputTokens: number | null;
  /** Null: not known. */
  costUsd: number | null;
}

export interface EmbedSettings {
  connections: Connection[];
  limits: TimeLimits;
  ledger: Ledger;
}

/** Below every provider's limit on one request (OpenAI: 300,000), with room for estimates that are too low. */
const mostTokensAtOnce = 100_000;
const mostAtOnce = 4;
const mostTexts = 100_000;

// A person's own key comes last: what the workspace indexes must go on when that person has left.
const sources = ["workspace", "server", "local", "person"];
const kinds = ["openai", "google", "mistral", "compatible", "ollama", "groq", "anthropic"];

/** The model that embeds when none is named; null when no provider can. */
export async function usualEmbeddingModel(connections: Connection[], signal: AbortSignal): Promise<string | null> {
  const order = ({ source, kind }: Connection) => sources.indexOf(source) * 100 + kinds.indexOf(kind);
  for (const connection of connections.toSorted((a, b) => order(a) - order(b))) {
    const { baseUrl, fetch } = connection;
    const endpoint = { baseUrl, apiKey: connection.readKey(), fetch };
    // A server whose list cannot be had is passed over.
    const model = await providerOf(connection)
      .usualEmbeddingModel?.(endpoint, signal)
      .catch(() => null);
    if (model) return `${connection.provider}/${model}`;
  }
  return null;
}

/** Neighbours in the order of `texts`, each batch within the provider's limits. */
export function batchesOf(texts: string[], mostPerBatch: number): string[][] {
  const batches: string[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const own = likelyTokens(text.length, Buffer.byteLength(text));
    const batch = batches.at(-1);
    if (batch && batch.length < mostPerBatch && tokens + own <= mostTokensAtOnce) {
      batch.push(text);
      tokens += own;
    } else {
      batches.push([text]);
      tokens = own;
    }
  }
  return batches;
}

function unitVector(values: number[]): Float32Array {
  const length = Math.hypot(...values) || 1;
  return Float32Array.from(values, (value) => value / length);
}

/**
 * Vectors for texts. Each batch is a call of its own with budget, record and attempts. Another model never answers in
 * the place of one that fails: its vectors would mean something else.
 * @throws AppError no_model, invalid_fields; ModelFailed; budget errors; the signal's reason
 */
export async function embed(request: EmbedRequest, settings: EmbedSettings): Promise<Embeddings> {
  const { texts, signal } = request;
  if (texts.length > mostTexts) {
    throw new AppError("invalid_fields", { fields: { texts: `At most ${mostTexts} texts at once.` } });
  }
  const empty = texts.findIndex((text) => text.trim() === "");
  if (empty !== -1) throw new AppError("invalid_fields", { fields: { [`texts.${empty}`]: "Must not be empty." } });
  const patience = AbortSignal.any([AbortSignal.timeout(8_000), ...(signal ? [signal] : [])]);
  const id = request.model ?? (await usualEmbeddingModel(settings.connections, patience));
  const name = id === null ? null : readModelName(id);
  const connection = id === null ? undefined : connectionFor(settings.connections, id);
  if (!name || !connection || !providerOf(connection).embeddingModel) throw noEmbeddings(id);
  if (texts.length === 0) {
    return { vectors: [], model: `${name.provider}/${name.model}`, dimensions: 0, inputTokens: 0, costUsd: 0 };
  }

  const apiKey = connection.readKey();
  const endpoint = { baseUrl: connection.baseUrl, apiKey, fetch: boundedFetch(connection.fetch) };
  const mostPerBatch = await providerOf(connection).embeddingModel?.(endpoint, name.model).maxEmbeddingsPerCall;
  const batches = batchesOf(texts, mostPerBatch ?? 100);
  const answers: BatchAnswer[] = [];
  for (let at = 0; at < batches.length; at += mostAtOnce) {
    const few = batches.slice(at, at + mostAtOnce);
    answers.push(
      ...(await Promise.all(few.map((batch) => embedBatch(batch, request, { ...settings, connection, name })))),
    );
  }
  const vectors = answers.flatMap((answer) => answer.vectors);
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.some((vector) => vector.length !== dimensions)) {
    throw badAnswer(connection, "sent vectors of different lengths");
  }
  return {
    vectors,
    model: `${name.provider}/${name.model}`,
    dimensions,
    inputTokens: sum(answers.map((answer) => answer.inputTokens)),
    costUsd: sum(answers.map((answer) => answer.costUsd)),
  };
}

interface BatchAnswer {
  vectors: Float32Array[];
  inputTokens: number | null;
  costUsd: number | null;
}

async function embedBatch(
  texts: string[],
  { workspaceId, userId, product, apiKeyId, signal, model }: EmbedRequest,
  { connection, name, limits, ledger }: EmbedSettings & { connection: Connection; name: ModelName },
): Promise<BatchAnswer> {
  signal?.throwIfAborted();
  const apiKey = connection.readKey();
  const route = `embedding of ${texts.length}, ${model === undefined ? "the usual model" : "asked for by name"}`;
  const record = await ledger.begin({
    start: { workspaceId, userId, apiKeyId: apiKeyId ?? null, product, ...name, keySource: connection.source, route },
    connection,
    name,
    demand: { messages: [{ role: "user", content: texts.map((text) => ({ type: "text", text })) }] },
    maxOutputTokens: 0,
  });
  const endpoint = { baseUrl: connection.baseUrl, apiKey, fetch: boundedFetch(connection.fetch) };
  const explain = (error: unknown): ModelFailed =>
    error instanceof ModelFailed
      ? error
      : new ModelFailed(explainFailure(error, connection.label, apiKey), false, error);
  try {
    const answer = await tryAgain({
      limits,
      explain,
      signal,
      onRetry: record.onRetry,
      async attempt({ firstPartMs }) {
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort(new TookTooLong("first", firstPartMs)), firstPartMs);
        const abortSignal = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
        try {
          const call = providerOf(connection).embeddingModel?.(endpoint, name.model);
          if (!call) throw noEmbeddings(name.model);
          const opening = Promise.resolve(call.doEmbed({ values: texts, abortSignal }));
          return await Promise.race([opening, rejectWhenAborted(abortSignal)]);
        } finally {
          clearTimeout(timer);
        }
      },
    });
    if (answer.embeddings.length !== texts.length)
      throw badAnswer(connection, "sent another number of vectors than asked");
    record.onFirstPart();
    const inputTokens = answer.usage && answer.usage.tokens > 0 ? answer.usage.tokens : null;
    const costUsd = record.done({
      inputTokens,
      outputTokens: 0,
      reasoningTokens: null,
      cachedInputTokens: null,
      cacheWriteTokens: null,
    });
    return { vectors: answer.embeddings.map(unitVector), inputTokens, costUsd };
  } catch (error) {
    if (signal?.aborted) {
      record.cancelled();
      throw signal.reason;
    }
    const failure = explain(error);
    record.failed(failure);
    throw failure;
  }
}

function sum(parts: (number | null)[]): number | null {
  return parts.reduce<number | null>((total, part) => (total === null || part === null ? null : total + part), 0);
}

function badAnswer(connection: Connection, what: string): ModelFailed {
  const failure = { kind: "bad_answer" as const, message: `${connection.label} ${what}.`, isTransient: false };
  return new ModelFailed({ ...failure, retryAfterSeconds: null }, false);
}

function noEmbeddings(id: string | null): AppError {
  const message =
    id === null
      ? "No provider that makes embeddings is configured. Add a key for OpenAI, Google or Mistral, or install an embedding model in Ollama."
      : `${id} cannot make embeddings here. Add its key under Settings, Models, or name another model.`;
  return new AppError("no_model", { message });
}
