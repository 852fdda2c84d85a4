import { readFile } from "node:fs/promises";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import { type Usage, costOf, describeModel, priceTable } from "../../src/ai/price.ts";
import type { ProviderKind } from "../../src/ai/providers/index.ts";

const at = (kind: ProviderKind, baseUrl = "http://provider.example/v1") => ({ kind, baseUrl });
const usage = (given: Partial<Usage>): Usage => ({
  inputTokens: 0,
  outputTokens: 0,
  reasoningTokens: null,
  cachedInputTokens: null,
  cacheWriteTokens: null,
  ...given,
});

describe("the cost of a call", () => {
  it("counts input, cached input and output at their own prices", () => {
    // Claude Sonnet 4.5: 3, 0.30 and 15 dollars per million.
    const cost = costOf(
      at("anthropic"),
      "claude-sonnet-4-5",
      usage({ inputTokens: 1000, cachedInputTokens: 500, outputTokens: 100 }),
    );
    expect(cost).toBeCloseTo(0.00315, 10);
  });

  it("rises with a long prompt where the provider says so", () => {
    // Above 200,000 tokens of input: 6 dollars instead of 3.
    expect(costOf(at("anthropic"), "claude-sonnet-4-5", usage({ inputTokens: 200_001 }))).toBeCloseTo(1.200006, 6);
  });

  it.each([
    ["the model has no price", "no-such-model", usage({ inputTokens: 10, outputTokens: 10 })],
    ["the input was not reported", "gpt-5-mini", usage({ inputTokens: null, outputTokens: 10 })],
    ["the output was not reported", "gpt-5-mini", usage({ inputTokens: 10, outputTokens: null })],
  ])("is unknown when %s", (_, model, used) => {
    expect(costOf(at("openai"), model, used)).toBeNull();
  });

  it("of one's own server is unknown, whatever the model is called", () => {
    expect(costOf(at("compatible"), "gpt-5-mini", usage({ inputTokens: 10, outputTokens: 10 }))).toBeNull();
  });

  it("of a local Ollama is nothing, also when no usage was reported", () => {
    expect(costOf(at("ollama"), "gpt-oss-20b", usage({ inputTokens: 10, outputTokens: null }))).toBe(0);
  });

  it("goes by the price that was set, where one was", () => {
    const set = { inputPerMillion: 1, cachedInputPerMillion: 0.5, outputPerMillion: 2 };
    const used = usage({ inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 1_000_000 });
    expect(costOf(at("compatible"), "anything", used, set)).toBeCloseTo(0.6 + 0.2 + 2, 10);
    expect(costOf(at("openai"), "gpt-5-mini", used, { ...set, cachedInputPerMillion: null })).toBeCloseTo(3, 10);
  });

  it("of a compatible server that the table knows is known", () => {
    const openRouter = at("compatible", "https://openrouter.ai/api/v1");
    expect(describeModel(openRouter, "anthropic/claude-sonnet-4.5").price).toMatchObject({ inputPerMillion: 3 });
  });

  it.each(["anthropic", "openai", "google", "groq", "mistral"] as const)(
    "agrees with the table's own reckoning for every model of %s",
    (kind) => {
      const models = findProvider({ providerId: kind })?.models ?? [];
      expect(models.length).toBeGreaterThan(10);
      const priced = models.filter(({ id }) => describeModel(at(kind), id).price !== null);
      for (const { id } of priced) {
        for (const inputTokens of [1000, 150_000, 250_000, 900_000]) {
          const cachedInputTokens = 700;
          const ours = costOf(at(kind), id, usage({ inputTokens, cachedInputTokens, outputTokens: 300 }));
          const theirs = calcPrice(
            { input_tokens: inputTokens, cache_read_tokens: cachedInputTokens, output_tokens: 300 },
            id,
            { providerId: kind },
          );
          expect(ours, `${id} at ${inputTokens}`).toBeCloseTo(theirs?.total_price ?? Number.NaN, 10);
        }
      }
    },
  );
});

it("the price table is named after the package that is installed", async () => {
  const url = new URL("../../../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(url, "utf8")) as { version: string };
  expect(priceTable).toBe(`genai-prices ${version}`);
});
