import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbedRequest } from "../../src/ai/index.ts";
import { type GatewayFixture, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { firstPartMs: 4000, retryDelayMs: 20 } });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const embed = (texts: string[], more: Partial<EmbedRequest> = {}) =>
  fixture.gateway.embed({ ...fixture.tenant, product: "chat", texts, ...more });
const calls = () => fixture.models.requests.filter((each) => each.method === "POST");
const dot = (a: Float32Array | undefined, b: Float32Array | undefined) =>
  Array.from(a ?? []).reduce((total, value, index) => total + value * (b?.[index] ?? 0), 0);

async function recorded() {
  await fixture.gateway.drain();
  const { rows } = await fixture.db.pool.query(
    "SELECT model, status, error_kind, retries, input_tokens::int, output_tokens::int, cost_usd, route FROM kernel.model_calls ORDER BY started_at DESC, id DESC LIMIT 1",
  );
  return rows[0] as Record<string, unknown>;
}

describe.each([
  ["openai/text-embedding-3-small", 2048],
  ["google/gemini-embedding-001", 100],
  ["mistral/mistral-embed", 32],
  ["openai-compatible/bge-m3", 2048],
  ["ollama/nomic-embed-text", 2048],
])("vectors of %s", (model, most) => {
  it("are near for texts that mean the same, of length 1, in the order of the texts", async () => {
    const texts = ["the cat sleeps on the mat", "quarterly revenue grew", "a cat sleeps on a mat"];
    const { vectors, dimensions, model: used } = await embed(texts, { model });
    expect(used).toBe(model);
    expect(vectors).toHaveLength(3);
    expect(vectors.every((vector) => vector.length === dimensions && Math.abs(dot(vector, vector) - 1) < 1e-5)).toBe(
      true,
    );
    expect(dot(vectors[0], vectors[2])).toBeGreaterThan(dot(vectors[0], vectors[1]) + 0.2);
  });

  it("come in batches that the provider takes, all in order", async () => {
    const texts = Array.from({ length: most + 5 }, (_, index) => `text number ${index}`);
    const { vectors } = await embed(texts, { model });
    expect(calls()).toHaveLength(2);
    expect(vectors).toHaveLength(texts.length);
    for (const index of [0, most - 1, most, most + 4]) {
      const alone = await embed([texts[index] ?? ""], { model });
      expect(dot(vectors[index], alone.vectors[0])).toBeCloseTo(1, 4);
    }
  });
});

it("tokens and cost are those of the provider, and recorded", async () => {
  const { inputTokens, costUsd } = await embed(["word ".repeat(4000)], { model: "openai/text-embedding-3-small" });
  expect(inputTokens).toBeGreaterThan(4000);
  expect(costUsd).toBeCloseTo(((inputTokens ?? 0) * 0.02) / 1e6, 12);
  expect(await recorded()).toMatchObject({
    model: "text-embedding-3-small",
    status: "done",
    input_tokens: inputTokens,
    output_tokens: 0,
    cost_usd: costUsd,
    route: "embedding of 1, asked for by name",
  });
});

it("tokens that a provider does not report are unknown, and so is the cost", async () => {
  const { inputTokens, costUsd } = await embed(["word"], { model: "google/gemini-embedding-001" });
  expect({ inputTokens, costUsd }).toEqual({ inputTokens: null, costUsd: null });
});

it("long texts are spread over more requests than their number needs", async () => {
  await embed(
    Array.from({ length: 10 }, () => "a".repeat(160_000)),
    { model: "openai/text-embedding-3-small" },
  );
  expect(calls().length).toBe(5);
});

it("the model that embeds when none is named is the workspace's first that can", async () => {
  expect(await fixture.gateway.embeddingModel(fixture.tenant)).toBe("openai/text-embedding-3-small");
  expect((await embed(["hello"])).model).toBe("openai/text-embedding-3-small");
});

it("without a provider that embeds, the error says what to do", async () => {
  const settings = {
    ANTHROPIC_API_KEY: "key",
    ANTHROPIC_BASE_URL: fixture.models.baseUrls.anthropic,
    OLLAMA_BASE_URL: "http://127.0.0.1:1",
  };
  const bare = fixture.open({ settings });
  expect(await bare.embeddingModel(fixture.tenant)).toBeNull();
  await expect(bare.embed({ ...fixture.tenant, product: "chat", texts: ["hello"] })).rejects.toMatchObject({
    code: "no_model",
    message: expect.stringMatching(/embeddings/),
  });
  await expect(embed(["hello"], { model: "anthropic/claude-haiku-4-5" })).rejects.toMatchObject({ code: "no_model" });
});

it("no text gives no vector and no call; an empty text is named", async () => {
  expect((await embed([])).vectors).toEqual([]);
  expect(calls()).toEqual([]);
  await expect(embed(["a", " "])).rejects.toMatchObject({
    code: "invalid_fields",
    fields: { "texts.1": expect.any(String) },
  });
});

describe("when the provider has a fault", () => {
  const once = (fault: "429" | "503" | "reset-before-headers" | "empty-body") =>
    fixture.models.setFault({ fault, times: 1 }, "everything");

  it.each(["429", "503", "reset-before-headers", "empty-body"] as const)(
    "%s that passes, the vectors come all the same",
    async (fault) => {
      once(fault);
      expect((await embed(["hello"], { model: "openai/text-embedding-3-small" })).vectors).toHaveLength(1);
      expect(await recorded()).toMatchObject({ status: "done", retries: 1 });
    },
  );

  it.each([
    ["401", "wrong_key"],
    ["400", "bad_request"],
    ["503", "overloaded"],
    ["html", "bad_answer"],
    ["hang-before-headers", "timeout"],
    ["reset-after-headers", "unreachable"],
  ] as const)(
    "%s that stays, the error says so, no other model answers, and the record is settled",
    async (fault, kind) => {
      fixture.models.setFault(fault, "everything");
      await expect(embed(["hello"], { model: "openai/text-embedding-3-small" })).rejects.toMatchObject({
        code: "model_failed",
        kind,
      });
      expect(new Set(calls().map((each) => each.path))).toEqual(new Set(["/v1/embeddings"]));
      expect(await recorded()).toMatchObject({ status: "failed", error_kind: kind });
    },
  );
});

it("stopped, the call ends at once", async () => {
  fixture.models.setFault("hang-before-headers", "everything");
  const controller = new AbortController();
  const waiting = embed(["hello"], { model: "openai/text-embedding-3-small", signal: controller.signal }).catch(
    (error: unknown) => error,
  );
  await expect.poll(() => calls().length).toBe(1);
  controller.abort("stopped");
  expect(await waiting).toBe("stopped");
  await expect.poll(() => calls()[0]?.aborted).toBe(true);
});
