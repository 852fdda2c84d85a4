import { createAnthropic } from "@ai-sdk/anthropic";
import { z } from "zod";
import type { Provider } from "./provider.ts";
import { readList } from "./read-list.ts";

const list = z.object({
  data: z.array(
    z.object({ id: z.string(), display_name: z.string().nullish(), max_input_tokens: z.number().nullish() }),
  ),
});

// Anthropic's documentation: an assistant message at the end is continued by models before Claude 4.6; later ones
// refuse it with 400.
const continuing = /claude-(?:[0-3][-.]|instant|(?:opus|sonnet)-4-(?:[015](?!\d)|20\d{6})|haiku-4-5)/;

// Models from 4.6 on decide by themselves whether to think; from 4.7 on they send the text of it only when asked.
const adaptive = /claude-(?:opus|sonnet|haiku|fable|mythos)-(?:4-(?:[6-9]|\d\d(?!\d))|[5-9]|\d\d(?!\d))/;
const sendsThinking = /claude-(?:opus|sonnet)-4-6/;

export const anthropic: Provider = {
  kind: "anthropic",
  resultImages: "inside",
  label: "Anthropic",
  defaultBaseUrl: "https://api.anthropic.com/v1",
  languageModel: ({ baseUrl, apiKey, fetch }, model) =>
    createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch })(model),
  async listModels(endpoint, signal) {
    const headers = { "x-api-key": endpoint.apiKey ?? "", "anthropic-version": "2023-06-01" };
    const { data } = await readList(endpoint, "/models?limit=1000", headers, list, signal);
    return data.map((each) => ({
      model: each.id,
      name: each.display_name ?? null,
      contextTokens: each.max_input_tokens ?? null,
    }));
  },
  continuesAnswer: (model) => continuing.test(model),
  reasoningOptions(model, effort) {
    if (!adaptive.test(model)) return undefined;
    const thinking = sendsThinking.test(model) ? { type: "adaptive" } : { type: "adaptive", display: "summarized" };
    return { anthropic: { thinking, ...(effort !== undefined && { effort }) } };
  },
  toolCallIds: { pattern: /^[a-zA-Z0-9_-]+$/, length: 40 },
};
