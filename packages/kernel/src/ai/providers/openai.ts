import { createOpenAI } from "@ai-sdk/openai";
import type { Provider } from "./provider.ts";
import { readOpenAiList } from "./read-list.ts";

// OpenAI's list does not say what a model is for. These do not speak chat completions.
const otherPurposes =
  /embedding|whisper|tts|dall-e|image|moderation|realtime|audio|transcribe|sora|computer-use|deep-research|codex|davinci|babbage|instruct|search|-pro\b/;

// These are called by Responses, the only way on which their reasoning can be carried from one round of tools to the next.
const thinking = /^(?:o\d|gpt-(?:[5-9]|\d\d))/;

export const openai: Provider = {
  kind: "openai",
  resultImages: "after",
  label: "OpenAI",
  defaultBaseUrl: "https://api.openai.com/v1",
  languageModel({ baseUrl, apiKey, fetch }, model) {
    const client = createOpenAI({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch });
    return thinking.test(model) ? client.responses(model) : client.chat(model);
  },
  embeddingModel: ({ baseUrl, apiKey, fetch }, model) =>
    createOpenAI({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch }).embeddingModel(model),
  usualEmbeddingModel: async () => "text-embedding-3-small",
  listModels: (endpoint, signal) => readOpenAiList(endpoint, signal, (model) => !otherPurposes.test(model)),
  // Those before GPT-4 Turbo, and the first small thinking ones, read text only.
  takesImages: (model) => !/^(?:gpt-3\.5|gpt-4(?:-\d{4}|-32k.*)?$|o1-mini|o1-preview|o3-mini)/.test(model),
  // A last assistant message is taken as finished and answered with a new one.
  continuesAnswer: () => false,
  // Not even a summary of it, which OpenAI gives only to organizations that it has verified.
  thinksSilently: (model) => thinking.test(model),
  reasoningOptions(model, effort) {
    if (!thinking.test(model)) return undefined;
    // Nothing is left at OpenAI; the SDK then asks for the reasoning in encrypted form (`reasoning.encrypted_content`).
    return { openai: { store: false, ...(effort !== undefined && { reasoningEffort: effort }) } };
  },
  fewestOutputTokens: (model) => (thinking.test(model) ? 16 : 1),
  takesToolsStrictly: true,
  schemaOptions: (isStrict) => ({ openai: { strictJsonSchema: isStrict } }),
  // "string too long. Expected a string with maximum length 40"
  toolCallIds: { pattern: /^.{1,40}$/, length: 40 },
};
