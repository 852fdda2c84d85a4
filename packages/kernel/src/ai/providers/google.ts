import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { z } from "zod";
import type { ReasoningEffort } from "../model-request.ts";
import type { Provider } from "./provider.ts";
import { readList } from "./read-list.ts";

const list = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      displayName: z.string().nullish(),
      inputTokenLimit: z.number().nullish(),
      supportedGenerationMethods: z.array(z.string()).nullish(),
    }),
  ),
});

const otherPurposes = /embedding|imagen|-image|tts|veo|aqa|live|native-audio|robotics|computer-use/;

// In tokens; all of 2.5 take these, and Flash-Lite no fewer than 512.
const budgetFor = (effort: ReasoningEffort) => ({ thinkingBudget: { low: 1024, medium: 8192, high: 24_576 }[effort] });

// From 3 on there are levels; not every model has one between low and high, which is the usual one.
const levelFor = (effort: ReasoningEffort) => (effort === "medium" ? {} : { thinkingLevel: effort });

export const google: Provider = {
  kind: "google",
  resultImages: "inside",
  label: "Google",
  defaultBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
  embeddingModel: ({ baseUrl, apiKey, fetch }, model) =>
    createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch }).embeddingModel(model),
  usualEmbeddingModel: async () => "gemini-embedding-001",
  async listModels(endpoint, signal) {
    // The key goes in a header, not in the address: addresses end up in logs.
    const headers = { "x-goog-api-key": endpoint.apiKey ?? "" };
    const { models } = await readList(endpoint, "/models?pageSize=1000", headers, list, signal);
    return models
      .filter((each) => each.supportedGenerationMethods?.includes("generateContent") && !otherPurposes.test(each.name))
      .map((each) => ({
        model: each.name.replace(/^models\//, ""),
        name: each.displayName ?? null,
        contextTokens: each.inputTokenLimit ?? null,
      }));
  },
  // All Gemini models do; of the open ones the smallest, and those before the third, do not.
  takesImages: (model) => !/^gemma-(?:2|3-1b|3n)/.test(model),
  // Undocumented, and newer models answer anew.
  continuesAnswer: () => false,
  reasoningOptions(model, effort) {
    // Thinking is on by default from 2.5 on, but its text is sent only when asked for.
    if (!/^gemini-(?:2\.5|[3-9]|\d\d)/.test(model)) return undefined;
    const wanted = effort === undefined ? {} : model.startsWith("gemini-2") ? budgetFor(effort) : levelFor(effort);
    return { google: { thinkingConfig: { includeThoughts: true, ...wanted } } };
  },
};
