import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { z } from "zod";
import type { Endpoint, Provider } from "./provider.ts";
import { readList } from "./read-list.ts";

const list = z.object({
  models: z.array(
    z.object({ name: z.string(), details: z.object({ family: z.string().nullish() }).nullish().catch(null) }),
  ),
});

type Installed = z.infer<typeof list>["models"][number];

const embeds = (model: Installed): boolean => /bert/.test(model.details?.family ?? "") || /embed/.test(model.name);

async function readInstalled(endpoint: Endpoint, signal: AbortSignal): Promise<Installed[]> {
  const headers: Record<string, string> =
    endpoint.apiKey === null ? {} : { authorization: `Bearer ${endpoint.apiKey}` };
  return (await readList(endpoint, "/api/tags", headers, list, signal)).models;
}

/** Ollama's own list for what is installed, its OpenAI-compatible side for answers. The base URL is the server's root. */
export const ollama: Provider = {
  kind: "ollama",
  label: "Ollama",
  defaultBaseUrl: "http://127.0.0.1:11434",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createOpenAICompatible({
      name: "ollama",
      baseURL: `${baseUrl}/v1`,
      ...(apiKey !== null && { apiKey }),
      fetch,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }).chatModel(model),
  embeddingModel: ({ baseUrl, apiKey, fetch }, model) =>
    createOpenAICompatible({
      name: "ollama",
      baseURL: `${baseUrl}/v1`,
      ...(apiKey !== null && { apiKey }),
      fetch,
    }).embeddingModel(model),
  async usualEmbeddingModel(endpoint, signal) {
    const installed = await readInstalled(endpoint, signal);
    return installed.find(embeds)?.name ?? null;
  },
  async listModels(endpoint, signal) {
    const installed = await readInstalled(endpoint, signal);
    return installed
      .filter((each) => !embeds(each))
      .map((each) => ({ model: each.name, name: null, contextTokens: null }));
  },
  takesImages: (model) => /llava|vision|gemma3|-?vl\b|llama4|minicpm-v|mistral-small3|moondream/.test(model),
  // Whether a last assistant message is left open depends on each model's template.
  continuesAnswer: () => false,
  // Others refuse it.
  reasoningOptions: (model, effort) =>
    effort === undefined || !/gpt-oss|qwen3|deepseek|magistral|think/.test(model)
      ? undefined
      : { ollama: { reasoningEffort: effort } },
  schemaOptions: (isStrict) => ({ ollama: { strictJsonSchema: isStrict } }),
};
