import { createGroq } from "@ai-sdk/groq";
import type { Provider } from "./provider.ts";
import { readOpenAiList } from "./read-list.ts";

export const groq: Provider = {
  kind: "groq",
  label: "Groq",
  defaultBaseUrl: "https://api.groq.com/openai/v1",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createGroq({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
  listModels: (endpoint, signal) =>
    readOpenAiList(endpoint, signal, (model) => !/whisper|tts|guard|orpheus/.test(model)),
  takesImages: (model) => /llama-4|vision/.test(model),
  // Documented as "assistant message prefilling"; reasoning models would think again inside of it.
  continuesAnswer: (model) => !/gpt-oss|qwen|deepseek/.test(model),
  reasoningOptions(model, effort) {
    // Without it these write their thoughts into the answer.
    if (/qwen-?3|deepseek-r1/.test(model)) return { groq: { reasoningFormat: "parsed" } };
    return effort !== undefined && /gpt-oss/.test(model) ? { groq: { reasoningEffort: effort } } : undefined;
  },
  // "response_format does not support streaming": https://github.com/langchain-ai/langchain/issues/23629
  jsonBy: "words",
};
