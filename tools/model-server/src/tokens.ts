import type { Prompt } from "./prompt.ts";

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_IMAGE = 85;

/** Four characters are a token: no tokeniser, so that a test can work the figure out in its head. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Cuts `text` to what fits in `tokens`; the second figure of the pair says whether anything was lost. */
export function fitTokens(text: string, tokens: number): { text: string; cut: boolean } {
  const limit = tokens * CHARACTERS_PER_TOKEN;
  return text.length <= limit ? { text, cut: false } : { text: text.slice(0, limit), cut: true };
}

/** Tokens of everything that was sent: system prompt, all messages, and a flat price per image. */
export function countPromptTokens(prompt: Prompt): number {
  let total = prompt.system === null ? 0 : countTokens(prompt.system);
  for (const message of prompt.messages) total += countTokens(message.text) + message.images * TOKENS_PER_IMAGE;
  return total;
}
