import type { LanguageModelV3Usage } from "@ai-sdk/provider";
import { type ModelPrice, type TieredPrices, calcPrice, findProvider } from "@pydantic/genai-prices";
import { LRUCache } from "lru-cache";
import type { Connection } from "./connection.ts";

/** US dollars per million tokens, as far as a call begins to cost; long prompts can cost more per token. */
export interface Price {
  inputPerMillion: number;
  outputPerMillion: number;
  cachedInputPerMillion: number | null;
}

/** Null means: not reported by the provider. */
export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  /** Part of the output. */
  reasoningTokens: number | null;
  /** Part of the input, read from the provider's cache. */
  cachedInputTokens: number | null;
  /** Part of the input, written to the provider's cache. */
  cacheWriteTokens: number | null;
}

interface KnownModel {
  name: string | null;
  contextTokens: number | null;
  price: ModelPrice;
}

/** The table of prices in the package @pydantic/genai-prices, whose version dates it. */
export const priceTable = "genai-prices 0.1.8";

const known = new LRUCache<string, { model: KnownModel | null }>({
  max: 2000,
  ttl: 60 * 60 * 1000,
  // The cache sets a timer whenever it looks at the clock.
  ttlResolution: 1000,
});

/** Which prices hold at an address: a compatible server's own, should the table know it; else none. */
function priceProvider(connection: Pick<Connection, "kind" | "baseUrl">): string | undefined {
  if (connection.kind === "ollama") return undefined;
  if (connection.kind !== "compatible") return connection.kind;
  return findProvider({ providerApiUrl: connection.baseUrl })?.id;
}

/** What the table knows of a model today; a look-up costs 0.2 ms, so it is kept for an hour. */
function lookUp(connection: Pick<Connection, "kind" | "baseUrl">, model: string): KnownModel | null {
  const key = `${connection.kind} ${connection.baseUrl} ${model}`;
  const kept = known.get(key);
  if (kept) return kept.model;
  const providerId = priceProvider(connection);
  const found =
    providerId === undefined ? null : calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId });
  const result = found && {
    name: found.model.name ?? null,
    contextTokens: found.model.context_window ?? null,
    price: found.model_price,
  };
  known.set(key, { model: result });
  return result;
}

/** The rate of one kind of token. Where a price has tiers, the prompt's length decides which holds for the whole call. */
function rate(price: number | TieredPrices | undefined, inputTokens: number): number | null {
  if (price === undefined) return null;
  if (typeof price === "number") return price;
  return price.tiers.reduce((reached, tier) => (inputTokens > tier.start ? tier.price : reached), price.base);
}

/** Name, context window and price as the table knows them. */
export function describeModel(
  connection: Pick<Connection, "kind" | "baseUrl">,
  model: string,
): { name: string | null; contextTokens: number | null; price: Price | null } {
  const found = lookUp(connection, model);
  if (found === null) return { name: null, contextTokens: null, price: null };
  const inputPerMillion = rate(found.price.input_mtok, 0);
  const outputPerMillion = rate(found.price.output_mtok, 0);
  return {
    name: found.name,
    contextTokens: found.contextTokens,
    price:
      inputPerMillion === null || outputPerMillion === null
        ? null
        : { inputPerMillion, outputPerMillion, cachedInputPerMillion: rate(found.price.cache_read_mtok, 0) },
  };
}

/** A price that was set by hand; it holds for prompts of any length. */
export interface PriceSet {
  inputPerMillion: number;
  /** Null: as other input. */
  cachedInputPerMillion: number | null;
  outputPerMillion: number;
}

/** US dollars per million tokens of one call, each kind of token. */
export interface Rates {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
}

/**
 * What the tokens of a call with a prompt of so many tokens cost; null when that is not known. What was set by hand
 * wins; a local Ollama costs nothing.
 */
export function ratesOf(
  connection: Pick<Connection, "kind" | "baseUrl">,
  model: string,
  inputTokens: number,
  set: PriceSet | null = null,
): Rates | null {
  if (set) {
    const { inputPerMillion: input, outputPerMillion: output } = set;
    return { input, cachedInput: set.cachedInputPerMillion ?? input, cacheWrite: input, output };
  }
  if (connection.kind === "ollama") return { input: 0, cachedInput: 0, cacheWrite: 0, output: 0 };
  const price = lookUp(connection, model)?.price;
  if (!price) return null;
  const input = rate(price.input_mtok, inputTokens);
  // Embeddings have no output, so the table has no price for it.
  const output = rate(price.output_mtok, inputTokens) ?? (/embed/.test(model) ? 0 : null);
  if (input === null || output === null) return null;
  return {
    input,
    cachedInput: rate(price.cache_read_mtok, inputTokens) ?? input,
    cacheWrite: rate(price.cache_write_mtok, inputTokens) ?? input,
    output,
  };
}

/** Cost of a call in US dollars; null when the price or the usage is not known, never a guess. */
export function costOf(
  connection: Pick<Connection, "kind" | "baseUrl">,
  model: string,
  usage: Usage,
  set: PriceSet | null = null,
): number | null {
  const { inputTokens, outputTokens } = usage;
  // Of what costs nothing the amount does not matter.
  const rates = ratesOf(connection, model, inputTokens ?? 0, set);
  if (rates !== null && rates.input === 0 && rates.output === 0) return 0;
  if (rates === null || inputTokens === null || outputTokens === null) return null;
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - cached);
  const dollars =
    (inputTokens - cached - written) * rates.input +
    cached * rates.cachedInput +
    written * rates.cacheWrite +
    outputTokens * rates.output;
  return dollars / 1_000_000;
}

/** Usage as reported; a provider that reports all zeros has not counted. */
export function readUsage(reported: LanguageModelV3Usage): Usage {
  const { inputTokens, outputTokens, raw } = reported;
  const isReported = raw !== undefined && (inputTokens.total ?? 0) + (outputTokens.total ?? 0) > 0;
  const count = (tokens: number | undefined) =>
    isReported && tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null;
  return {
    inputTokens: count(inputTokens.total),
    outputTokens: count(outputTokens.total),
    reasoningTokens: count(outputTokens.reasoning),
    cachedInputTokens: count(inputTokens.cacheRead),
    cacheWriteTokens: count(inputTokens.cacheWrite),
  };
}
