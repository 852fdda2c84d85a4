import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModelMessage, ModelRequest, ModelTool } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { retryDelayMs: 20 } });
  await fixture.gateway.listModels(fixture.tenant, { refresh: true });
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

const weather: ModelTool = {
  name: "get_weather",
  description: "The weather in a city.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const ask = (model: string, messages: string | ModelMessage[], more: Partial<ModelRequest> = {}) =>
  collect(
    fixture.gateway.stream({
      ...fixture.tenant,
      product: "chat",
      model,
      messages: typeof messages === "string" ? [{ role: "user", content: messages }] : messages,
      tools: [weather],
      ...more,
    }),
  );

const lastBody = () => JSON.stringify(fixture.models.requests.findLast((each) => each.method === "POST")?.body);

describe.each(models)("with tools, %s", (model) => {
  it("asks for two calls, whose arguments come as they are written and then whole", async () => {
    const calls = [
      { name: "get_weather", arguments: { city: "Lyon" } },
      { name: "get_weather", arguments: { city: "Lille" } },
    ];
    fixture.models.setBehaviour({ text: "I look it up.", toolCalls: calls, usage: { input: 90, output: 12 } });
    const { text, others, finish, error } = await ask(model, "Weather?");
    expect(error).toBeNull();
    expect(text).toBe("I look it up.");
    const whole = others.filter((part) => part.type === "tool-call");
    expect(whole.map(({ name, input }) => [name, JSON.parse(input)])).toEqual([
      ["get_weather", { city: "Lyon" }],
      ["get_weather", { city: "Lille" }],
    ]);
    expect(new Set(whole.map((part) => part.id)).size).toBe(2);
    for (const { id, input } of whole) {
      const own = others.filter(
        (part) => part.type !== "switched" && part.type !== "finish" && "id" in part && part.id === id,
      );
      expect(own[0]).toMatchObject({ type: "tool-call-begin", name: "get_weather" });
      expect(own.at(-1)).toMatchObject({ type: "tool-call" });
      expect(own.map((part) => (part.type === "tool-call-delta" ? part.text : "")).join("")).toBe(input);
    }
    expect(finish).toMatchObject({ reason: "tool-calls", usage: { inputTokens: 90, outputTokens: 12 } });
  });

  it("gets the results of its calls, and an answer is made of them", async () => {
    const id = "call_0123456789abcdef0123456789abcdef0123456789";
    const { text, others, error } = await ask(model, [
      { role: "user", content: "Weather? [[tool=get_weather]]" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look it up." },
          { type: "tool-call", id, name: "get_weather", input: { city: "Lyon" } },
          { type: "tool-call", id: "second call!", name: "get_weather", input: '{"city": "Lil' },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", id, name: "get_weather", output: "Sunny in Lyon" },
          { type: "tool-result", id: "second call!", name: "get_weather", output: "Not JSON", isError: true },
        ],
      },
    ]);
    expect(error).toBeNull();
    expect(others).toEqual([]);
    expect(text).toContain("Sunny in Lyon");
    expect(text).toContain("Not JSON");
    // What it wrote in place of arguments is shown to it again, inside of an object.
    expect(lastBody()).toContain("not_json");
    expect(lastBody()).toContain("Lil");
  });

  it("whose call nobody answered is told so, and the conversation goes on", async () => {
    const { error } = await ask(model, [
      { role: "user", content: "Weather?" },
      { role: "assistant", content: [{ type: "tool-call", id: "abc123def", name: "get_weather", input: {} }] },
      { role: "user", content: "Never mind. Who are you?" },
    ]);
    expect(error).toBeNull();
    expect(lastBody()).toContain("The tool was not called");
  });

  it("must call the tool that it is told to call", async () => {
    for (const toolChoice of ["required", { name: "get_weather" }] as const) {
      const { others, finish } = await ask(model, "Say hello.", { toolChoice });
      const [call] = others.filter((part) => part.type === "tool-call");
      expect(JSON.parse(call?.input ?? "")).toEqual({ city: "city" });
      expect(finish?.reason).toBe("tool-calls");
    }
  });

  it("writes arguments that are no JSON, and they are passed on as they were written", async () => {
    fixture.models.setFault("bad-tool-arguments");
    const { others, finish, error } = await ask(model, "Weather?");
    expect(error).toBeNull();
    const [call] = others.filter((part) => part.type === "tool-call");
    expect(call?.input).toBe('{"broken": "arguments');
    expect(finish?.reason).toBe("tool-calls");
  });

  it("answers with JSON of a schema", async () => {
    const schema = {
      type: "object",
      properties: { title: { type: "string" }, stars: { type: "integer" } },
      required: ["title", "stars"],
      additionalProperties: false,
    };
    fixture.models.script([(prompt) => (prompt.json === null ? { text: '{"title":"title","stars":1}' } : {})]);
    const { text, others, finish, error } = await ask(model, "Rate it.", {
      tools: undefined,
      output: { type: "json", schema, name: "rating" },
    });
    expect(error).toBeNull();
    expect(others).toEqual([]);
    expect(JSON.parse(text)).toEqual({ title: "title", stars: 1 });
    expect(finish?.reason).toBe("stop");
    expect(lastBody()).toContain("stars");
  });

  it("is asked for JSON without a schema in words that it takes", async () => {
    const { error } = await ask(model, "Rate it.", { tools: undefined, output: { type: "json" } });
    expect(error).toBeNull();
    expect(lastBody()).toMatch(/one JSON object/);
  });

  it("tells how much of the prompt came from its cache", async () => {
    fixture.models.setBehaviour({ text: "Again.", usage: { input: 1000, output: 5, cached: 900, reasoning: 0 } });
    const { finish } = await ask(model, "Hello");
    expect(finish?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 5, cachedInputTokens: 900 });
  });
});

describe("settings", () => {
  const settings = { topP: 0.4, seed: 7, stopSequences: ["STOP"], presencePenalty: 0.3, frequencyPenalty: 0.2 };

  it.each([
    ["openai/gpt-4.1-mini", { top_p: 0.4, seed: 7, stop: ["STOP"], presence_penalty: 0.3, frequency_penalty: 0.2 }],
    ["groq/llama-3.3-70b-versatile", { top_p: 0.4, seed: 7, stop: ["STOP"] }],
    ["mistral/mistral-large-latest", { top_p: 0.4, random_seed: 7, stop: ["STOP"] }],
    ["openai-compatible/any", { top_p: 0.4, seed: 7, stop: ["STOP"], presence_penalty: 0.3 }],
    ["anthropic/claude-sonnet-4-5", { top_p: 0.4, stop_sequences: ["STOP"] }],
    ["google/gemini-2.5-pro", { generationConfig: { topP: 0.4, seed: 7, stopSequences: ["STOP"] } }],
  ])("reach %s in its own words", async (model, body) => {
    expect((await ask(model, "Hello", settings)).error).toBeNull();
    expect(fixture.models.requests.at(-1)?.body).toMatchObject(body);
  });

  it.each([
    ["openai/gpt-5", "high", { reasoning: { effort: "high" } }],
    ["groq/openai/gpt-oss-120b", "low", { reasoning_effort: "low" }],
    ["openai-compatible/thinker", "medium", { reasoning_effort: "medium" }],
    ["anthropic/claude-opus-4-6", "high", { output_config: { effort: "high" } }],
    ["google/gemini-2.5-pro", "low", { generationConfig: { thinkingConfig: { thinkingBudget: 1024 } } }],
    ["google/gemini-3-pro-preview", "high", { generationConfig: { thinkingConfig: { thinkingLevel: "high" } } }],
  ] as const)("of effort reach %s", async (model, reasoningEffort, body) => {
    expect((await ask(model, "Hello", { reasoningEffort })).error).toBeNull();
    expect(fixture.models.requests.at(-1)?.body).toMatchObject(body);
  });

  it("of effort are left out for models that refuse them", async () => {
    for (const model of ["openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5", "ollama/llama3.2:latest"]) {
      expect((await ask(model, "Hello", { reasoningEffort: "high" })).error).toBeNull();
      expect(lastBody()).not.toContain("effort");
    }
  });

  it("of a schema that OpenAI's strict mode refuses are sent without it", async () => {
    const open = { type: "object", properties: { any: { type: "string" } } };
    await ask("openai/gpt-4.1-mini", "Hello", { tools: undefined, output: { type: "json", schema: open } });
    expect(fixture.models.requests.at(-1)?.body).toMatchObject({ response_format: { json_schema: { strict: false } } });
    const closed = { ...open, required: ["any"], additionalProperties: false };
    await ask("openai/gpt-4.1-mini", "Hello", { tools: undefined, output: { type: "json", schema: closed } });
    expect(fixture.models.requests.at(-1)?.body).toMatchObject({ response_format: { json_schema: { strict: true } } });
  });
});

it("a call that asks for tools is recorded with its API key and its way", async () => {
  const apiKeyId = "0199f000-0000-7000-8000-000000000001";
  const { finish } = await ask("openai/gpt-4.1-mini", "Hello", { apiKeyId });
  await fixture.gateway.drain();
  const { rows } = await fixture.db.pool.query("SELECT api_key_id, route FROM kernel.model_calls WHERE id = $1", [
    finish?.callId,
  ]);
  expect(rows).toEqual([{ api_key_id: apiKeyId, route: finish?.route }]);
});
