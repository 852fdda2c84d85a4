import type { Complexity, ModelTier } from "@mindmesh/contracts/routing";
import { type Connection, type KeySource, providerOf } from "../connection.ts";
import type { ModelLists } from "../model-list.ts";
import { describeModel } from "../price.ts";
import type { ListedModel, ProviderKind } from "../providers/index.ts";
import { newestOf } from "../usual-model.ts";
import type { Task } from "./task.ts";

type Size = "small" | "medium" | "large";

/** Each provider's models by size, best first; of what a pattern matches the newest is taken. */
const models: Record<ProviderKind, Record<Size, RegExp[]>> = {
  anthropic: {
    small: [/^claude-haiku-\d/],
    medium: [/^claude-sonnet-\d/],
    large: [/^claude-opus-\d/],
  },
  openai: {
    small: [/^gpt-\d+(\.\d+)?-mini$/, /^gpt-\d+(\.\d+)?-nano$/, /^gpt-4o-mini$/],
    medium: [/^gpt-\d+(\.\d+)?$/, /^gpt-4o$/],
    large: [/^gpt-\d+(\.\d+)?$/, /^gpt-4o$/],
  },
  google: {
    small: [/^gemini-[\d.]+-flash-lite$/, /^gemini-[\d.]+-flash$/],
    medium: [/^gemini-[\d.]+-flash$/],
    large: [/^gemini-[\d.]+-pro$/, /^gemini-[\d.]+-pro/],
  },
  mistral: {
    small: [/^mistral-small-latest$/],
    medium: [/^mistral-medium-latest$/],
    large: [/^mistral-large-latest$/],
  },
  groq: {
    small: [/^openai\/gpt-oss-20b$/, /^llama-[\d.]+-8b/],
    medium: [/^llama-[\d.]+-70b/, /^openai\/gpt-oss-120b$/],
    large: [/^openai\/gpt-oss-120b$/, /^llama-[\d.]+-70b/],
  },
  compatible: { small: [], medium: [], large: [] },
  ollama: { small: [], medium: [], large: [] },
};

const nearest: Record<Size, Size[]> = {
  small: ["small", "medium", "large"],
  medium: ["medium", "large", "small"],
  large: ["large", "medium", "small"],
};

const sizeOf: Record<ModelTier, Record<Complexity, Size>> = {
  fast: { simple: "small", ordinary: "small", hard: "medium" },
  quality: { simple: "medium", ordinary: "large", hard: "large" },
  cheap: { simple: "small", ordinary: "small", hard: "small" },
  backup: { simple: "medium", ordinary: "medium", hard: "large" },
};

/** Whose key pays decides first, then the tier's order. */
const sources: KeySource[] = ["person", "workspace", "server", "local"];
const kinds: Record<Exclude<ModelTier, "cheap">, ProviderKind[]> = {
  fast: ["groq", "google", "openai", "anthropic", "mistral", "compatible", "ollama"],
  quality: ["anthropic", "openai", "google", "mistral", "groq", "compatible", "ollama"],
  // Another order than the others', so that what answers last is not what failed first.
  backup: ["openai", "google", "anthropic", "mistral", "groq", "compatible", "ollama"],
};

/** The answer needs room beside the prompt. */
const roomForAnswer = 2000;

export interface AutomaticModel {
  connection: Connection;
  model: string;
}

function fits(connection: Connection, listed: ListedModel, task: Task): boolean {
  const window = listed.contextTokens ?? describeModel(connection, listed.model).contextTokens;
  if (window !== null && task.promptTokens + roomForAnswer > window) return false;
  return !task.hasImages || (providerOf(connection).takesImages?.(listed.model) ?? true);
}

function choose(connection: Connection, listed: ListedModel[], size: Size): string | null {
  const ids = listed.map((each) => each.model);
  for (const each of nearest[size]) {
    const found = newestOf(ids, models[connection.kind][each]);
    if (found !== null) return found;
  }
  return ids[0] ?? null;
}

/** For a thousand tokens in and a thousand out, in US dollars; what is unknown comes last, one's own machine is free. */
function priceOf({ connection, model }: AutomaticModel): number {
  if (connection.source === "local") return 0;
  const { price } = describeModel(connection, model);
  return price === null ? Number.POSITIVE_INFINITY : price.inputPerMillion + price.outputPerMillion;
}

/**
 * What a tier chooses by itself: of each provider that can be called the model whose size suits tier and complexity and
 * that can read the prompt. A provider whose list cannot be had is passed over.
 */
export async function automaticChain(
  tier: ModelTier,
  task: Task,
  connections: Connection[],
  lists: ModelLists,
): Promise<AutomaticModel[]> {
  // Of two keys for the same provider the first is the one that is used.
  const used = [...new Map(connections.toReversed().map((each) => [each.provider, each])).values()];
  const size = sizeOf[tier][task.complexity];
  const found = await Promise.all(
    used.map(async (connection): Promise<AutomaticModel | null> => {
      const listed = await lists.of(connection).then(
        (list) => list.models,
        () => [],
      );
      const model = choose(
        connection,
        listed.filter((each) => fits(connection, each, task)),
        size,
      );
      return model === null ? null : { connection, model };
    }),
  );
  const chain = found.filter((each) => each !== null);
  if (tier === "cheap") return chain.toSorted((a, b) => priceOf(a) - priceOf(b));
  const order = ({ connection }: AutomaticModel) =>
    sources.indexOf(connection.source) * 100 + kinds[tier].indexOf(connection.kind);
  return chain.toSorted((a, b) => order(a) - order(b));
}
