import { expect, it } from "vitest";
import { providers } from "../../src/ai/providers/index.ts";

it.each([
  [
    "openai",
    ["gpt-5-mini", "gpt-4o", "gpt-4-turbo", "o3", "gpt-4.1"],
    ["gpt-3.5-turbo", "gpt-4", "gpt-4-0613", "o3-mini"],
  ],
  [
    "mistral",
    ["pixtral-large-2411", "mistral-small-2503", "mistral-medium-latest", "mistral-large-latest"],
    ["codestral-latest", "open-mistral-nemo", "mistral-large-2411", "mistral-small-2501"],
  ],
  ["google", ["gemini-2.5-flash", "gemma-3-27b-it"], ["gemma-3-1b-it", "gemma-2-9b-it"]],
] as const)("a prompt with images is kept from models of %s that read text only", (kind, seeing, blind) => {
  const takes = (model: string) => providers[kind].takesImages?.(model);
  expect(seeing.filter((model) => !takes(model))).toEqual([]);
  expect(blind.filter((model) => takes(model))).toEqual([]);
});
