import type { RoutingRule } from "@mindmesh/contracts/routing";
import { closedPort } from "@mindmesh/model-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModelMessage, ModelRequest } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { firstPartMs: 3000, silenceMs: 800, retryDelayMs: 20 } });
  await fixture.gateway.listModels(fixture.tenant, { refresh: true });
});
afterAll(() => fixture.close());
beforeEach(async () => {
  fixture.models.reset();
  await decide([]);
});

async function decide(rules: RoutingRule[], namedFallsBack = true) {
  await fixture.db.pool.query(
    `INSERT INTO kernel.model_routing VALUES ($1, $2, $3, now())
     ON CONFLICT (workspace_id) DO UPDATE SET rules = excluded.rules, named_falls_back = excluded.named_falls_back`,
    [fixture.tenant.workspaceId, JSON.stringify(rules), namedFallsBack],
  );
  fixture.gateway.forgetRouting(fixture.tenant.workspaceId);
}

const ask = (
  model: string | undefined,
  messages: string | ModelMessage[] = "Hello",
  more: Partial<ModelRequest> = {},
) =>
  collect(
    fixture.gateway.stream({
      ...fixture.tenant,
      product: "chat",
      model,
      messages: typeof messages === "string" ? [{ role: "user", content: messages }] : messages,
      ...more,
    }),
  );

const calls = () => fixture.models.requests.filter((each) => each.method === "POST");
const whole = "One two three four five six seven eight nine ten";
/** Models of their own names, so that no test opens another's circuit. */
let number = 0;
const failing = (provider: string, fault: string) => `${provider}/m${(number += 1)}[[fault=${fault}]]`;

describe("a tier", () => {
  it("takes the model whose size suits it, of the provider that suits it", async () => {
    const hard = { reasoningEffort: "high" } as const;
    expect((await ask("fast")).finish).toMatchObject({
      model: "groq/llama-3.3-70b-versatile",
      route: "fast: automatic (simple task), choice 1 of 7, the server's key",
    });
    expect((await ask("quality")).finish?.model).toBe("anthropic/claude-sonnet-4-5");
    expect((await ask("quality", "Hello", hard)).finish?.model).toBe("anthropic/claude-opus-4-5");
    expect((await ask("cheap")).finish?.model).toBe("ollama/llama3.2:latest");
    expect((await ask("backup")).finish?.model).toBe("openai/gpt-5");
  });

  it("takes a person's key before the others", async () => {
    const person = await fixture.addPerson(fixture.tenant.workspaceId);
    await fixture.db.pool.query(
      `INSERT INTO kernel.provider_keys (workspace_id, id, person_id, kind, provider, label, base_url, test_result,
         test_message, tested_at, created_at, updated_at)
       VALUES ($1, gen_random_uuid(), $2, 'mistral', 'mistral', 'Mistral', $3, 'ok', '', now(), now(), now())`,
      [person.workspaceId, person.userId, fixture.models.baseUrls.mistral],
    );
    const { finish } = await ask("quality", "Hello", person);
    expect(finish).toMatchObject({ provider: "mistral", keySource: "person" });
    expect(finish?.route).toMatch(/choice 1 of 7, your own key/);
  });

  it("leaves out models that cannot read images", async () => {
    const image = { type: "image" as const, mediaType: "image/png", data: "iVBORw0KGgo=" };
    const { finish } = await ask("fast", [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }]);
    expect(finish?.provider).toBe("google");
  });

  it("leaves out models whose window is too small for the prompt", async () => {
    // 150,000 tokens: Groq's and Mistral's models take 131,072.
    const { finish } = await ask("fast", "four".repeat(150_000));
    expect(finish?.provider).toBe("google");
  });

  it("follows the first rule that holds, and the record says which", async () => {
    await decide([
      { tier: "fast", when: { longerThanTokens: 2000 }, models: ["google/gemini-2.5-pro"] },
      { tier: "fast", when: { tools: true, product: "chat" }, models: ["nobody/has-this", "openai/gpt-5"] },
      { tier: "fast", when: {}, models: ["mistral/mistral-small-latest"] },
    ]);
    expect((await ask("fast")).finish).toMatchObject({
      model: "mistral/mistral-small-latest",
      route: "fast: rule 3 (always), model 1 of 1, the server's key",
    });
    expect((await ask("fast", "word ".repeat(3000))).finish?.model).toBe("google/gemini-2.5-pro");
    const tools = [{ name: "look", description: "Look.", inputSchema: { type: "object", properties: {} } }];
    const { finish } = await ask("fast", "Hello", { tools });
    expect(finish).toMatchObject({
      model: "openai/gpt-5",
      route: "fast: rule 2 (product chat, with tools), model 2 of 2, the server's key",
    });
    await fixture.gateway.drain();
    const { rows } = await fixture.db.pool.query("SELECT route FROM kernel.model_calls WHERE id = $1", [
      finish?.callId,
    ]);
    expect(rows[0]).toEqual({ route: finish?.route });
    expect((await ask("fast", "Hello", { tools, product: "forge" })).finish?.provider).toBe("mistral");
  });

  it("goes on to the next model of its chain, also after a wrong key or an unknown name", async () => {
    for (const fault of ["401", "404", "quota", "503", "html"]) {
      await decide([{ tier: "fast", when: {}, models: [failing("openai", fault), "groq/llama-3.3-70b-versatile"] }]);
      const { finish, error, others } = await ask("fast");
      expect(error).toBeNull();
      expect(finish?.model).toBe("groq/llama-3.3-70b-versatile");
      expect(others).toHaveLength(1);
    }
  });

  it("does not take a refused request to the next model", async () => {
    await decide([{ tier: "fast", when: {}, models: [failing("openai", "400"), "groq/llama-3.3-70b-versatile"] }]);
    expect((await ask("fast")).error).toMatchObject({ kind: "bad_request" });
    expect(calls()).toHaveLength(1);
  });

  it("of which no model can be called says so", async () => {
    await decide([{ tier: "cheap", when: {}, models: ["nobody/has-this"] }]);
    const { error } = await ask("cheap");
    expect(error).toMatchObject({ code: "no_model", message: expect.stringMatching(/tier "cheap".*Add a key/) });
  });

  it("that an admin filled does not go beyond the admin's models", async () => {
    await decide([{ tier: "fast", when: {}, models: [failing("openai", "503")] }]);
    expect((await ask("fast")).error).toMatchObject({ kind: "overloaded" });
    await decide([
      { tier: "fast", when: {}, models: [failing("openai", "503")] },
      { tier: "backup", when: {}, models: ["google/gemini-2.5-pro"] },
    ]);
    expect((await ask("fast")).finish?.model).toBe("google/gemini-2.5-pro");
  });
});

describe("a model asked for by name", () => {
  it("is answered for by the backup tier when it cannot answer", async () => {
    await decide([{ tier: "backup", when: {}, models: ["google/gemini-2.5-flash"] }]);
    const name = failing("openai", "503");
    const { finish, others } = await ask(name);
    expect(finish?.model).toBe("google/gemini-2.5-flash");
    expect(finish?.route).toMatch(
      /^instead of openai\/.*: backup: rule 1 \(always\), model 1 of 1, the server's key; after: OpenAI is overloaded/,
    );
    expect(others).toEqual([
      { type: "switched", from: name, to: "google/gemini-2.5-flash", reason: expect.stringMatching(/overloaded/) },
    ]);
  });

  it("whose stand-in no budget pays says what happened to the model itself, and the one after that answers", async () => {
    const tenant = await fixture.addPerson();
    await fixture.setBudget({ workspaceId: tenant.workspaceId, period: "month", limitUsd: 1000 });
    const decideFor = async (models: string[]) => {
      const rules = JSON.stringify([{ tier: "backup", when: {}, models }]);
      await fixture.db.pool.query(
        `INSERT INTO kernel.model_routing VALUES ($1, $2, true, now())
         ON CONFLICT (workspace_id) DO UPDATE SET rules = excluded.rules`,
        [tenant.workspaceId, rules],
      );
      fixture.gateway.forgetRouting(tenant.workspaceId);
    };
    await decideFor(["openai-compatible/unpriced"]);
    fixture.models.setFault({ fault: 503, times: 3 });
    const { error } = await ask("openai/gpt-4.1-nano", "Hello", tenant);
    expect(error).toMatchObject({ kind: "overloaded" });
    expect((error as Error).message).toMatch(/Tried instead: openai-compatible\/unpriced \(The price of/);
    await decideFor(["openai-compatible/unpriced", "mistral/mistral-small-latest"]);
    fixture.models.setFault({ fault: 503, times: 3 });
    expect((await ask("openai/gpt-4.1-nano", "Hello", tenant)).finish?.provider).toBe("mistral");
  });

  it("is not, when the admin or the caller does not want it", async () => {
    await decide([], false);
    expect((await ask(failing("openai", "503"))).error).toMatchObject({ kind: "overloaded" });
    await decide([], true);
    expect((await ask(failing("openai", "503"), "Hello", { fallback: false })).error).toMatchObject({
      kind: "overloaded",
    });
  });

  it("of one's own server is not replaced by a stranger's unless a rule says so", async () => {
    expect((await ask(failing("openai-compatible", "503"))).error).toMatchObject({ kind: "overloaded" });
    await decide([{ tier: "backup", when: {}, models: ["ollama/llama3.2:latest"] }]);
    expect((await ask(failing("openai-compatible", "503"))).finish?.model).toBe("ollama/llama3.2:latest");
  });

  it("whose key is wrong says so instead of hiding it", async () => {
    expect((await ask(failing("openai", "401"))).error).toMatchObject({ kind: "wrong_key" });
  });
});

describe("an answer that breaks off", () => {
  it.each(["anthropic", "openai", "google", "groq", "mistral", "openai-compatible", "ollama"])(
    "is finished by %s without a word twice or missing",
    async (next) => {
      fixture.models.setBehaviour({ text: whole, chunks: 10 });
      await decide([{ tier: "backup", when: {}, models: [`${next}/next-model`] }]);
      const { text, finish, error } = await ask(failing(next === "openai" ? "google" : "openai", "cut"));
      expect(error).toBeNull();
      expect(text).toBe(whole);
      expect(finish?.model).toBe(`${next}/next-model`);
    },
  );

  it("goes on although it falls silent in the middle, and the silent connection is closed", async () => {
    fixture.models.setBehaviour({ text: whole, chunks: 10 });
    const { text, error, others } = await ask(failing("openai", "hang-between-chunks"));
    expect(error).toBeNull();
    expect(text).toBe(whole);
    expect(others).toMatchObject([{ reason: expect.stringMatching(/sent nothing more/) }]);
    await expect.poll(() => calls()[0]?.aborted).toBe(true);
  });

  it("goes on twice when the second breaks off too", async () => {
    fixture.models.setBehaviour({ text: whole, chunks: 10 });
    const rule = {
      when: {},
      models: [failing("google", "cut"), failing("mistral", "no-finish"), "anthropic/claude-haiku-4-5"],
    };
    await decide([{ tier: "quality", ...rule }]);
    const { text, finish, others } = await ask("quality");
    expect(text).toBe(whole);
    expect(finish?.provider).toBe("anthropic");
    expect(others.map((part) => part.type)).toEqual(["switched", "switched"]);
  });

  it("ends with an error that tells of all who tried when nobody can finish it", async () => {
    fixture.models.setBehaviour({ text: whole, chunks: 10 });
    await decide([{ tier: "fast", when: {}, models: [failing("google", "cut"), failing("mistral", "503")] }]);
    const { text, finish, error } = await ask("fast");
    expect(whole.startsWith(text) && text !== "").toBe(true);
    expect(finish).toBeNull();
    expect(error).toMatchObject({ code: "model_failed", interrupted: true });
    expect((error as Error).message).toMatch(/^Google .* Tried instead: mistral\/m\d+.* \(Mistral is overloaded/);
  });

  it("in the middle of a tool call ends with an error, whoever else is left", async () => {
    const toolCalls = [{ name: "pay", arguments: { amount: 100 } }];
    fixture.models.setBehaviour({ toolCalls, after: 1 });
    const tools = [{ name: "pay", description: "Pay.", inputSchema: { type: "object", properties: {} } }];
    const { finish, error, others } = await ask(failing("openai", "cut"), "Pay.", { tools });
    expect(error).toMatchObject({ interrupted: true });
    expect(finish).toBeNull();
    expect(others.map((part) => part.type)).toEqual(["tool-call-begin"]);
    expect(calls()).toHaveLength(1);
  });

  it("inside of JSON ends with an error, since nobody can go on inside of it", async () => {
    fixture.models.setBehaviour({ text: '{"one":"two three four five","six":"seven"}', chunks: 10 });
    const { error, finish } = await ask(failing("openai", "cut"), "JSON", { output: { type: "json" } });
    expect(error).toMatchObject({ interrupted: true });
    expect(finish).toBeNull();
    expect(calls()).toHaveLength(1);
  });

  it("that was itself the rest of one is finished all the same", async () => {
    fixture.models.setBehaviour({ text: whole, chunks: 10 });
    const { text } = await ask(failing("openai", "cut"), [
      { role: "user", content: "Count" },
      { role: "assistant", content: "One two" },
    ]);
    expect(`One two${text}`).toBe(whole);
  });

  it("is not taken up by another when the caller stops it", async () => {
    fixture.models.setBehaviour({ chunks: 300, delayMs: 5 });
    const controller = new AbortController();
    const reading = ask("openai/stopped", "Hello", { signal: controller.signal });
    await expect.poll(() => calls()[0]?.eventsSent ?? 0).toBeGreaterThan(5);
    controller.abort("stopped");
    expect((await reading).error).toBe("stopped");
    expect(calls()).toHaveLength(1);
  });
});

describe("when an address is wrong and others are left", () => {
  it.each([
    ["nothing listens there", closedPort],
    ["its name does not exist", async () => "http://no-such-host.invalid/v1"],
    ["it does not speak TLS", async () => fixture.models.url.replace("http:", "https:")],
  ])("%s, the next model of the tier answers", async (_, address) => {
    const gateway = fixture.open({
      settings: {
        OPENAI_COMPATIBLE_BASE_URL: await address(),
        MISTRAL_API_KEY: "key",
        MISTRAL_BASE_URL: fixture.models.baseUrls.mistral,
      },
    });
    await decide([{ tier: "fast", when: {}, models: ["openai-compatible/any", "mistral/mistral-small-latest"] }]);
    gateway.forgetRouting(fixture.tenant.workspaceId);
    const messages = [{ role: "user" as const, content: "Hello" }];
    const request = { ...fixture.tenant, product: "chat", model: "fast", messages };
    const { finish, others } = await collect(gateway.stream(request));
    expect(finish?.model).toBe("mistral/mistral-small-latest");
    expect(others).toMatchObject([{ type: "switched", reason: expect.stringMatching(/cannot be reached/) }]);
  });
});

it("an open circuit costs no time: the next model answers at once", async () => {
  const name = failing("openai", "500");
  for (let call = 0; call < 5; call += 1) await ask(name, "Hello", { fallback: false });
  const asked = calls().length;
  const { finish, others } = await ask(name);
  expect(finish?.provider).not.toBe("openai");
  expect(others).toMatchObject([{ reason: expect.stringMatching(/failed several times in a row/) }]);
  expect(calls().length).toBe(asked + 1);
});

it("answers that break off in the middle open the circuit too, and one that ends whole closes it", async () => {
  const name = failing("openai", "cut");
  for (let call = 0; call < 5; call += 1) {
    expect((await ask(name, "Hello", { fallback: false })).error).toMatchObject({ interrupted: true });
  }
  const asked = calls().length;
  expect((await ask(name, "Hello", { fallback: false })).error).toMatchObject({ kind: "circuit_open" });
  expect(calls().length).toBe(asked);
  const mixed = "openai/sometimes-cut";
  const outcomes: boolean[] = [];
  for (let call = 0; call < 8; call += 1) {
    const { error } = await ask(mixed, call % 4 === 3 ? "Hello" : "Hello [[fault=cut]]", { fallback: false });
    outcomes.push(error === null);
  }
  // Six were cut, but never five in a row.
  expect(outcomes).toEqual([false, false, false, true, false, false, false, true]);
});

it("no call went wrong beside its answer", async () => {
  await fixture.gateway.drain();
  expect(fixture.errors).toEqual([]);
});
