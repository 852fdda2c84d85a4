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
  // Documented as "assistant message prefilling"; reasoning models would think again inside of it.
  continuesAnswer: (model) => !/gpt-oss|qwen|deepseek/.test(model),
  // Without it these write their thoughts into the answer.
  reasoningOptions: (model) =>
    /qwen-?3|deepseek-r1/.test(model) ? { groq: { reasoningFormat: "parsed" } } : undefined,
};
