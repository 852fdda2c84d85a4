import type { LanguageModelV3CallOptions, SharedV3ProviderOptions } from "@ai-sdk/provider";
import { buildPrompt } from "./messages.ts";
import type { JsonSchema, ModelRequest } from "./model-request.ts";
import type { Provider } from "./providers/index.ts";
import { fitsStrictMode } from "./strict-schema.ts";

/** Asks for JSON in words, where the provider cannot be asked in another way or insists on the word. */
function jsonRequest(schema: JsonSchema | undefined): string {
  if (!schema) return "Answer with one JSON object and nothing else.";
  return `Answer with one JSON document and nothing else, no code fence. It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
}

function toolOptions({ tools, toolChoice }: ModelRequest, provider: Provider): Partial<LanguageModelV3CallOptions> {
  if (!tools || tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, inputSchema }) => ({
      type: "function",
      name,
      description,
      inputSchema,
      ...(provider.takesToolsStrictly && { strict: false }),
    })),
    toolChoice:
      typeof toolChoice === "object" ? { type: "tool", toolName: toolChoice.name } : { type: toolChoice ?? "auto" },
  };
}

function given<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function mergeOptions(...all: (SharedV3ProviderOptions | undefined)[]): SharedV3ProviderOptions {
  const merged: SharedV3ProviderOptions = {};
  for (const options of all) {
    for (const [name, value] of Object.entries(options ?? {})) merged[name] = { ...merged[name], ...value };
  }
  return merged;
}

/** A request in the AI SDK's form, as this provider and model take it. */
export function callOptions(request: ModelRequest, provider: Provider, model: string): LanguageModelV3CallOptions {
  const { output, system, messages, reasoningEffort } = request;
  const { maxOutputTokens, temperature, topP, seed, presencePenalty, frequencyPenalty, stopSequences } = request;
  const json = output?.type === "json" ? output : undefined;
  const isNative = json !== undefined && provider.jsonBy !== "words";
  const words = json && !(isNative && json.schema) ? jsonRequest(json.schema) : undefined;
  const prompt = buildPrompt(
    [system, words].filter((text) => text !== undefined && text !== "").join("\n\n"),
    messages,
    provider.continuesAnswer(model),
    provider.toolCallIds,
    // A server that is not known to see would refuse the whole request for an image that nobody asked it to see.
    provider.resultImages ?? (provider.takesImages?.(model) ? "after" : "none"),
    `${provider.kind}/${model}`,
  );
  return {
    prompt,
    ...toolOptions(request, provider),
    ...(isNative && {
      responseFormat: { type: "json", ...given({ schema: json.schema, name: json.name }) },
    }),
    ...given({ maxOutputTokens, temperature, topP, seed, presencePenalty, frequencyPenalty, stopSequences }),
    providerOptions: mergeOptions(
      provider.reasoningOptions?.(model, reasoningEffort),
      json?.schema && provider.schemaOptions?.(fitsStrictMode(json.schema)),
    ),
  };
}
