import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture();
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const models = [
  "anthropic/claude-sonnet-4-5",
  "openai/gpt-4.1-mini",
  "google/gemini-2.5-flash",
  "groq/llama-3.3-70b-versatile",
  "mistral/mistral-large-latest",
  "openai-compatible/local-model",
  "ollama/llama3.2:latest",
];

const ask = (model: string, text: string) => ({
  ...fixture.tenant,
  product: "chat",
  model,
  system: "Be brief.",
  messages: [{ role: "user" as const, content: text }],
});

describe("an answer of each provider", () => {
  beforeAll(async () => {
    await fixture.gateway.listModels(fixture.tenant, { refresh: true });
  });

  it.each(models)("%s streams its words and ends with reason, usage and cost", async (model) => {
    fixture.models.script([
      { text: "Grüße, Welt! 👋 How are you?", chunks: 5, fragmentBytes: 3, usage: { input: 11, output: 7 } },
    ]);
    const { text, finish, error } = await collect(fixture.gateway.stream(ask(model, "Hello")));
    expect(error).toBeNull();
    expect(text).toBe("Grüße, Welt! 👋 How are you?");
    expect(finish).toMatchObject({
      reason: "stop",
      usage: { inputTokens: 11, outputTokens: 7 },
      model,
      provider: model.split("/")[0],
      keySource: model.startsWith("ollama") ? "local" : "server",
      retries: 0,
    });
    const hasPrice = !/^(?:ollama|openai-compatible)/.test(model);
    expect(typeof finish?.costUsd === "number").toBe(hasPrice);
  });
});
