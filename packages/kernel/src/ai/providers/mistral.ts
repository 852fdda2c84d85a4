import { createMistral } from "@ai-sdk/mistral";
import type { Provider } from "./provider.ts";
import { readOpenAiList } from "./read-list.ts";

export const mistral: Provider = {
  kind: "mistral",
  label: "Mistral",
  defaultBaseUrl: "https://api.mistral.ai/v1",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createMistral({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
  embeddingModel: ({ baseUrl, apiKey, fetch }, model) =>
    createMistral({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch }).embeddingModel(model),
  usualEmbeddingModel: async () => "mistral-embed",
  async listModels(endpoint, signal) {
    const isChat = (model: string) => !/embed|moderation|ocr|transcribe|voxtral/.test(model);
    // Some models are listed twice.
    return [...new Map((await readOpenAiList(endpoint, signal, isChat)).map((each) => [each.model, each])).values()];
  },
  // Pixtral reads images, and the others since Mistral Small 3.1 (2503); models for code do not.
  takesImages: (model) =>
    /pixtral/.test(model) || !/codestral|devstral|mixtral|mathstral|nemo|tiny|^open-|-2[34]\d\d$|-2501$/.test(model),
  // Its prefix is said again at the beginning of the answer.
  continuesAnswer: () => false,
  // "Tool call id was ... but must be a-z, A-Z, 0-9, with a length of 9."
  toolCallIds: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 },
};
