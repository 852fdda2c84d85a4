import { z } from "zod";
import type { Usage } from "../price.ts";

const count = z.int().nonnegative().nullish().catch(null);
const reported = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(null),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(null),
});

/** Usage of a chat completion; null for none, and for all zeros, which is a provider that has not counted. */
export function readChatUsage(value: unknown): Usage | null {
  const parsed = reported.safeParse(value);
  if (!parsed.success) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = parsed.data;
  if ((prompt_tokens ?? 0) + (completion_tokens ?? 0) === 0) return null;
  return {
    inputTokens: prompt_tokens ?? null,
    outputTokens: completion_tokens ?? null,
    reasoningTokens: completion_tokens_details?.reasoning_tokens ?? null,
    cachedInputTokens: prompt_tokens_details?.cached_tokens ?? null,
    cacheWriteTokens: null,
  };
}
