import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { z } from "zod";
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

export const google: Provider = {
  kind: "google",
  label: "Google",
  defaultBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
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
  // Undocumented, and newer models answer anew.
  continuesAnswer: () => false,
  // Thinking is on by default from 2.5 on, but its text is sent only when asked for.
  reasoningOptions: (model) =>
    /^gemini-(?:2\.5|[3-9]|\d\d)/.test(model) ? { google: { thinkingConfig: { includeThoughts: true } } } : undefined,
};
