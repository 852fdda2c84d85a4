import type { KeySource } from "./connection.ts";
import type { ModelFailed } from "./failures.ts";
import type { ModelMessage } from "./messages.ts";
import type { Usage } from "./price.ts";
import type { FinishReason } from "./read-answer.ts";
import type { CacheWay } from "./schema.ts";
import type { SignedCall, SignedReasoning } from "./signed-reasoning.ts";

/** A JSON Schema as a plain object. */
export type JsonSchema = Record<string, unknown>;

/** A function that the model may ask to be called; whoever makes the request calls it. */
export interface ModelTool {
  name: string;
  description: string;
  /** Of its input, an object. */
  inputSchema: JsonSchema;
}

export type ReasoningEffort = "low" | "medium" | "high";

export interface ModelRequest {
  workspaceId: string;
  userId: string;
  /** Which product asks, for rules, budgets and the record: `chat`, ... */
  product: string;
  /** The API key that asks, for its budget and the record. */
  apiKeyId?: string | undefined;
  /** `provider/model`, or a tier: `fast`, `quality`, `cheap`, `backup`; the caller's default model when missing. */
  model?: string | undefined;
  /** Whether other models may answer when this one fails. True when missing. */
  fallback?: boolean | undefined;
  /** What the first model has failed with already: it is not asked again, and the answer begins with the next one. */
  tried?: ModelFailed | undefined;
  /**
   * Whether an answer may be one that was there before: prepared for this question, or given to the same (exact) or nearly
   * the same (near) request; each takes in those before it. None when missing.
   */
  cache?: "none" | "prepared" | "exact" | "near" | undefined;
  /** The highest temperature with which an answer may still be given again; 0 when missing. */
  cacheTemperature?: number | undefined;
  system?: string | undefined;
  /** A last message of the assistant that ends in text asks to continue it. */
  messages: ModelMessage[];
  tools?: ModelTool[] | undefined;
  /** `auto` when missing. */
  toolChoice?: "auto" | "none" | "required" | { name: string } | undefined;
  /** `json` asks for one JSON document, of the schema where one is given; only `generateObject` checks that it is. */
  output?: { type: "text" } | { type: "json"; schema?: JsonSchema; name?: string } | undefined;
  maxOutputTokens?: number | undefined;
  /** Settings that a model does not take are left out of its request. */
  temperature?: number | undefined;
  topP?: number | undefined;
  seed?: number | undefined;
  presencePenalty?: number | undefined;
  frequencyPenalty?: number | undefined;
  stopSequences?: string[] | undefined;
  reasoningEffort?: ReasoningEffort | undefined;
  signal?: AbortSignal | undefined;
}

export type ModelPart =
  | { type: "text" | "reasoning"; text: string }
  | { type: "tool-call-begin"; id: string; name: string; signed?: SignedCall }
  | { type: "tool-call-delta"; id: string; text: string }
  /** The whole call. `input` is the JSON text as the model wrote it, which need not be JSON. */
  | { type: "tool-call"; id: string; name: string; input: string; signed?: SignedCall }
  /** The model `from` broke off; `to` goes on from here. */
  | { type: "switched"; from: string; to: string; reason: string }
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
      /** Why this model, in words. */
      route: string;
      /** Id in `kernel.model_calls`. */
      callId: string;
      /** Thinking that the provider wants back with the results of tools, if it signed any. */
      signed?: SignedReasoning;
      /** Set when no model was asked for this answer: how it came, how old it is, what it saved (null: not known). */
      cache?: { way: CacheWay; ageMs: number; savedUsd: number | null };
    };
