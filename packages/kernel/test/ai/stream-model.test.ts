import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ModelFailed, type ModelMessage, type ModelRequest, sweepLostCalls } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture, testKey } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
const registry = new Registry();
beforeAll(async () => {
  fixture = await startGatewayFixture({ registry, limits: { retryDelayMs: 20 } });
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

const ask = (model: string | undefined, messages: string | ModelMessage[], more: Partial<ModelRequest> = {}) =>
  fixture.gateway.stream({
    ...fixture.tenant,
    product: "chat",
    model,
    fallback: false,
    system: "Be brief.",
    messages: typeof messages === "string" ? [{ role: "user", content: messages }] : messages,
    ...more,
  });

const calls = () => fixture.models.requests.filter((each) => each.method === "POST");
async function recorded(callId?: string) {
  await fixture.gateway.drain();
  const { rows } = await fixture.db.pool.query(
    "SELECT * FROM kernel.model_calls WHERE $1::uuid IS NULL OR id = $1 ORDER BY started_at DESC, id DESC LIMIT 1",
    [callId ?? null],
  );
  return rows[0] as Record<string, unknown>;
}

describe.each(models)("an answer of %s", (model) => {
  it("streams its words, however its bytes are cut, and ends with reason, usage and cost", async () => {
    fixture.models.script([
      { text: "Grüße, Welt! 👋 How are you?", chunks: 5, fragmentBytes: 3, usage: { input: 11, output: 7 } },
    ]);
    const { text, finish, error } = await collect(ask(model, "Hello"));
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
    const hasPrice = !model.startsWith("openai-compatible");
    expect(typeof finish?.costUsd === "number").toBe(hasPrice);
  });

  it("is asked with system prompt, limits, conversation, text file and image", async () => {
    const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const { text, error } = await collect(
      ask(
        model,
        [
          { role: "user", content: "First question" },
          { role: "assistant", content: "First answer" },
          {
            role: "user",
            content: [
              { type: "image", mediaType: "image/png", data: pixel },
              { type: "file", mediaType: "text/csv", filename: "a.csv", data: Buffer.from("x,y\n1,2") },
              { type: "text", text: "What is in them?" },
            ],
          },
        ],
        { maxOutputTokens: 400, temperature: 0.5 },
      ),
    );
    expect(error).toBeNull();
    expect(text).toContain("- Messages: 3 ");
    expect(text).toContain("- System prompt: “Be brief.”");
    expect(text).toContain("- Images: 1");
    const body = JSON.stringify(calls()[0]?.body);
    expect(body).toContain("x,y");
    expect(body).toContain("400");
    expect(body).toContain("0.5");
  });

  it("is recorded with its tokens, cost and times", async () => {
    fixture.models.script([{ text: "Counted.", usage: { input: 100, output: 20 } }]);
    const { finish } = await collect(ask(model, "Hello"));
    expect(await recorded(finish?.callId)).toMatchObject({
      workspace_id: fixture.tenant.workspaceId,
      user_id: fixture.tenant.userId,
      product: "chat",
      provider: finish?.provider,
      model: model.slice(model.indexOf("/") + 1),
      key_source: finish?.keySource,
      status: "done",
      error_kind: null,
      input_tokens: "100",
      output_tokens: "20",
      cost_usd: finish?.costUsd,
      first_part_ms: expect.any(Number),
      duration_ms: expect.any(Number),
    });
  });

  it("tells when the model stopped at its limit", async () => {
    fixture.models.script([{ text: "Cut sho", finish: "length" }]);
    expect((await collect(ask(model, "Hello"))).finish).toMatchObject({ reason: "length" });
  });

  it("that was interrupted is continued without a word twice", async () => {
    const whole = "One two three four five six seven eight nine ten";
    fixture.models.setBehaviour({ text: whole, chunks: 10 });
    fixture.models.setFault({ fault: "cut", after: 4, times: 1 });
    const beginning = await collect(ask(model, "Count"));
    expect(beginning.error).toMatchObject({ interrupted: true });
    const rest = await collect(
      ask(model, [
        { role: "user", content: "Count" },
        { role: "assistant", content: beginning.text },
      ]),
    );
    expect(rest.error).toBeNull();
    expect(beginning.text + rest.text).toBe(whole);
  });
});

describe("reasoning", () => {
  it.each([
    "anthropic/claude-opus-4-6",
    "anthropic/claude-sonnet-5",
    "google/gemini-2.5-flash",
    "groq/qwen/qwen3-32b",
    "openai-compatible/deep-thought",
    "ollama/qwen3:8b",
  ])("of %s comes apart from the answer", async (model) => {
    fixture.models.script([{ text: "42", reasoning: "Let me think." }]);
    const { text, reasoning } = await collect(ask(model, "Why?"));
    expect({ text, reasoning }).toEqual({ text: "42", reasoning: "Let me think." });
  });
});

describe("which model and whose key", () => {
  it("without a name it is the default one", async () => {
    const { finish } = await collect(ask(undefined, "Hello"));
    expect(finish?.model).toBe(await fixture.gateway.defaultModel(fixture.tenant));
    expect(finish?.model).toBe("anthropic/claude-sonnet-4-5");
  });

  it.each([
    ["no-such-provider/model", /no key for no-such-provider/],
    ["nonsense", /not the name of a model/],
  ])("%s is refused with what to do", async (model, says) => {
    const { error } = await collect(ask(model, "Hello"));
    expect(error).toMatchObject({ code: "no_model", message: expect.stringMatching(says) });
  });

  it("with nothing configured there is no model, and the list is empty", async () => {
    const bare = fixture.open({
      settings: { OLLAMA_BASE_URL: "http://127.0.0.1:1" },
      registry: new Registry(),
    });
    expect(await bare.listModels(fixture.tenant)).toMatchObject({ models: [], problems: [], defaultModel: null });
    const { error } = await collect(bare.stream({ ...fixture.tenant, product: "chat", messages: [] }));
    expect(error).toMatchObject({ code: "no_model" });
  });

  it("the server's key goes to the provider and into no error", async () => {
    fixture.models.script([{ fault: 401, message: `Incorrect API key provided: ${testKey}` }]);
    const { error } = await collect(ask("openai/gpt-5-mini", "Hello"));
    expect(calls()[0]?.headers.authorization).toBe(`Bearer ${testKey}`);
    expect((error as ModelFailed).message).toBe(
      "OpenAI does not accept the API key: Incorrect API key provided: …cdef.",
    );
  });
});

describe("the record", () => {
  it("of a call that failed says why", async () => {
    fixture.models.setFault(503);
    await collect(ask("openai/always-down", "Hello"));
    expect(await recorded()).toMatchObject({ status: "failed", error_kind: "overloaded", retries: 2, cost_usd: null });
  });

  it("of a call that was interrupted says so, and what it has probably used", async () => {
    fixture.models.setFault("no-finish");
    await collect(ask("openai/cut-short", "Hello"));
    expect(await recorded()).toMatchObject({
      status: "interrupted",
      error_kind: "cut",
      estimated: true,
      input_tokens: expect.stringMatching(/^[1-9]/),
      output_tokens: expect.stringMatching(/^[1-9]/),
    });
  });

  it("of a call that was cancelled or left says so", async () => {
    fixture.models.setBehaviour({ chunks: 300, delayMs: 5 });
    const controller = new AbortController();
    setTimeout(() => controller.abort("stopped"), 100);
    await collect(ask("openai/cancelled", "Hello", { signal: controller.signal }));
    expect(await recorded()).toMatchObject({ model: "cancelled", status: "cancelled" });
    for await (const part of ask("openai/left", "Hello")) if (part.type === "text") break;
    expect(await recorded()).toMatchObject({ model: "left", status: "cancelled" });
  });

  it("of a call whose server died is closed by the sweep", async () => {
    const { workspaceId } = fixture.tenant;
    const insert = `INSERT INTO kernel.model_calls (workspace_id, id, product, provider, model, key_source, status, started_at)
      VALUES ($1, gen_random_uuid(), 'chat', 'openai', $2, 'server', 'running', now() - $3::interval)`;
    await fixture.db.pool.query(insert, [workspaceId, "died", "2 hours"]);
    await fixture.db.pool.query(insert, [workspaceId, "runs", "1 minute"]);
    expect(await sweepLostCalls(fixture.db)).toBe(1);
    const { rows } = await fixture.db.pool.query(
      "SELECT model, status FROM kernel.model_calls WHERE model IN ('died', 'runs') ORDER BY model",
    );
    expect(rows).toEqual([
      { model: "died", status: "lost" },
      { model: "runs", status: "running" },
    ]);
  });

  it("is seen only in its workspace", async () => {
    await collect(ask("openai/gpt-5-mini", "Hello"));
    await fixture.gateway.drain();
    const other = await fixture.addPerson();
    const seen = (tenant: typeof other) =>
      fixture.db.withWorkspace(tenant, async (tx) => (await tx.execute("SELECT id FROM kernel.model_calls")).rowCount);
    expect(await seen(other)).toBe(0);
    expect(await seen(fixture.tenant)).toBeGreaterThan(0);
  });

  it("is counted in the metrics", async () => {
    const text = await registry.metrics();
    expect(text).toMatch(
      /mindmesh_model_calls_total\{provider="openai",model="always-down",status="failed",key_source="server"\} 1/,
    );
    expect(text).toMatch(/mindmesh_model_first_part_seconds_count\{provider="openai",model="gpt-4.1-mini"\}/);
  });
});

describe("the circuit", () => {
  it("opens after five failed calls in a row, answers at once, and closes when the provider is well", async () => {
    fixture.models.setFault(500);
    for (let call = 0; call < 5; call += 1) {
      expect((await collect(ask("mistral/breaks", "Hello"))).error).toMatchObject({ kind: "overloaded" });
    }
    const asked = calls().length;
    const { error } = await collect(ask("mistral/breaks", "Hello"));
    expect(error).toMatchObject({ kind: "circuit_open", code: "model_failed", retryAfterSeconds: 10 });
    expect(calls()).toHaveLength(asked);
    // Other models and providers go on.
    fixture.models.reset();
    expect((await collect(ask("mistral/mistral-large-latest", "Hello"))).error).toBeNull();
    expect((await collect(ask("groq/breaks", "Hello"))).error).toBeNull();
    await expect
      .poll(async () => (await collect(ask("mistral/breaks", "Hello"))).error, { timeout: 20_000, interval: 1000 })
      .toBeNull();
  });

  it("stays closed for what is not the provider's fault", async () => {
    fixture.models.setFault(401);
    for (let call = 0; call < 7; call += 1) {
      expect((await collect(ask("mistral/wrong-key", "Hello"))).error).toMatchObject({ kind: "wrong_key" });
    }
  });
});

it("fifty answers at once each get their own words", async () => {
  fixture.models.setBehaviour({ chunks: 30 });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => collect(ask("openai/gpt-5-mini", `Number ${index}, please`))),
  );
  expect(answers.map((each) => each.error)).toEqual(Array.from({ length: 50 }, () => null));
  expect(answers.every((each, index) => each.text.includes(`Number ${index}, please`))).toBe(true);
});
