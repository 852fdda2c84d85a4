import type { EmbeddingModelV3, LanguageModelV3, SharedV3ProviderOptions } from "@ai-sdk/provider";
import type { Fetch } from "../../outbound/index.ts";
import type { ResultImages, ToolCallIds } from "../messages.ts";
import type { ReasoningEffort } from "../model-request.ts";

/** The wire protocols that are spoken; a compatible server is one that a person or the operator named. */
export type ProviderKind = "anthropic" | "openai" | "google" | "groq" | "mistral" | "ollama" | "compatible";

/** Where and as whom a provider is called. */
export interface Endpoint {
  baseUrl: string;
  /** Null where the server wants none. */
  apiKey: string | null;
  fetch: Fetch;
}

/** A model as the provider's own list tells it; null is what the list does not say. */
export interface ListedModel {
  /** As the provider calls it. */
  model: string;
  name: string | null;
  contextTokens: number | null;
}

/** What differs between providers, besides the wire format that the AI SDK knows. */
export interface Provider {
  kind: ProviderKind;
  label: string;
  /** Null where there is none and it must be given. */
  defaultBaseUrl: string | null;
  languageModel(endpoint: Endpoint, model: string): LanguageModelV3;
  /** Missing where the provider has none. */
  embeddingModel?(endpoint: Endpoint, model: string): EmbeddingModelV3;
  /** Its embedding model to take when none is named. Null where it has none. @throws like any call to the provider */
  usualEmbeddingModel?(endpoint: Endpoint, signal: AbortSignal): Promise<string | null>;
  /** The chat models that the key may use. @throws like any call to the provider; see `explainFailure` */
  listModels(endpoint: Endpoint, signal: AbortSignal): Promise<ListedModel[]>;
  /**
   * Whether the model goes on with an assistant message at the end of the prompt (prefill). Others get a message that
   * asks to continue.
   */
  continuesAnswer(model: string): boolean;
  /** Whether the model reads images; where it is not known they all are taken to. */
  takesImages?(model: string): boolean;
  /** Where it takes images that a tool gave back; missing: after the result, where the model is known to read images. */
  resultImages?: ResultImages;
  /** The smallest limit for an answer that it does not refuse, where that is not 1. */
  fewestOutputTokens?(model: string): number;
  /** Arguments are made to fit a tool's schema strictly, with every field required, unless it is told not to. */
  takesToolsStrictly?: boolean;
  /** Whether the model thinks for minutes without sending anything; its first token is waited for longer. */
  thinksSilently?(model: string): boolean;
  /** Asks the provider to send the reasoning along, where it does so only when asked, and says how much is wanted. */
  reasoningOptions?(model: string, effort?: ReasoningEffort): SharedV3ProviderOptions | undefined;
  /** How structured output is asked for, where not by the provider's own setting: in the prompt's words. */
  jsonBy?: "words";
  /** What the SDK must be told to send a schema; `isStrict`: it fits OpenAI's strict mode. */
  schemaOptions?(isStrict: boolean): SharedV3ProviderOptions;
  /** Which ids of tool calls it takes, where not any. */
  toolCallIds?: ToolCallIds;
}
