import { createMistral } from "@ai-sdk/mistral";
import type { Provider } from "./provider.ts";
import { readOpenAiList } from "./read-list.ts";

export const mistral: Provider = {
  kind: "mistral",
  label: "Mistral",
  defaultBaseUrl: "https://api.mistral.ai/v1",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createMistral({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
  async listModels(endpoint, signal) {
    const isChat = (model: string) => !/embed|moderation|ocr|transcribe|voxtral/.test(model);
    // Some models are listed twice.
    return [...new Map((await readOpenAiList(endpoint, signal, isChat)).map((each) => [each.model, each])).values()];
  },
  // The SDK marks a last assistant message with Mistral's `prefix: true`; reasoning models would think again in it.
  continuesAnswer: (model) => !/magistral/.test(model),
};
