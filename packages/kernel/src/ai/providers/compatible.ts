import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Provider } from "./provider.ts";
import { readOpenAiList } from "./read-list.ts";

const embeds = /embed|\bbge\b|\be5\b|\bgte\b|minilm/i;

/** Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, OpenRouter, ... */
export const compatible: Provider = {
  kind: "compatible",
  label: "OpenAI-compatible server",
  defaultBaseUrl: null,
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createOpenAICompatible({
      name: "compatible",
      baseURL: baseUrl,
      ...(apiKey !== null && { apiKey }),
      fetch,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }).chatModel(model),
  embeddingModel: ({ baseUrl, apiKey, fetch }, model) =>
    createOpenAICompatible({
      name: "compatible",
      baseURL: baseUrl,
      ...(apiKey !== null && { apiKey }),
      fetch,
    }).embeddingModel(model),
  async usualEmbeddingModel(endpoint, signal) {
    const [first] = await readOpenAiList(endpoint, signal, (model) => embeds.test(model));
    return first?.model ?? null;
  },
  listModels: (endpoint, signal) => readOpenAiList(endpoint, signal, (model) => !/embed|whisper|rerank/i.test(model)),
  continuesAnswer: () => false,
  reasoningOptions: (_model, effort) =>
    effort === undefined ? undefined : { compatible: { reasoningEffort: effort } },
  schemaOptions: (isStrict) => ({ compatible: { strictJsonSchema: isStrict } }),
};
