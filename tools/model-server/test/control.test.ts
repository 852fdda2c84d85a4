import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../src/index.ts";
import { PROVIDER_NAMES, ask, listen, modelOf, read } from "./providers.ts";
import { FORMAT_NAMES, send } from "./wire.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const say = async (question: string, model?: string) =>
  (await read(modelOf(server, "OpenAI chat completions", model), ask(question))).text;
const statusOf = async (question = "Hi") => (await send(server, "openai-chat", false, question)).status;

async function getJson(path: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(server.url + path, { headers });
  return response.json();
}

async function control(order: object): Promise<Response> {
  return fetch(`${server.url}/_control`, { method: "POST", body: JSON.stringify(order) });
}

describe("told from the test", () => {
  it("gives the scripted answers in turn and then echoes again", async () => {
    server.script([{ text: "first" }, { fault: 503 }, ({ messages }) => ({ text: `you said ${messages[0]?.text}` })]);
    expect(await say("a")).toBe("first");
    expect(await statusOf()).toBe(503);
    expect(await say("b")).toBe("you said b");
    expect(await say("c")).toContain("> c");
  });

  it("asks a function for every answer", async () => {
    server.script((prompt, request) => (request.number % 2 === 0 ? { text: `even ${prompt.model}` } : { text: "odd" }));
    const said = [await say("a"), await say("a")].toSorted();
    expect(said).toEqual(["even test-model", "odd"]);
  });

  it("keeps a fault until it is healed, or for the times it was told", async () => {
    server.setFault(500);
    expect([await statusOf(), await statusOf()]).toEqual([500, 500]);
    server.setFault(null);
    expect(await statusOf()).toBe(200);
    server.setFault({ fault: "429", times: 1, retryAfterSeconds: 1 });
    expect([await statusOf(), await statusOf()]).toEqual([429, 200]);
    server.setFault({ fault: "429", times: 1 });
    expect(await statusOf()).toBe(429);
  });

  it("strikes lists of models and embeddings only when told to", async () => {
    server.setFault(503);
    expect(await getJson("/v1/models")).toHaveProperty("data");
    server.setFault(503, "everything");
    expect(await getJson("/v1/models")).toHaveProperty("error");
    expect((await fetch(`${server.url}/api/tags`)).status).toBe(200);
  });

  it("hangs up on everybody when it closes", async () => {
    const other = await startModelServer();
    other.setFault("hang-before-headers");
    const waiting = send(other, "openai-chat", true, "Hi");
    await expect.poll(() => other.requests.length).toBe(1);
    await other.close();
    expect(await waiting).toMatchObject({ status: undefined, complete: false });
  });
});

describe("told over HTTP", () => {
  it("takes a fault, a script, a behaviour and a key, and forgets them", async () => {
    expect((await control({ fault: { fault: 500, times: 1 }, script: [{}, { text: "scripted" }] })).status).toBe(200);
    expect(await statusOf()).toBe(500);
    expect(await say("a")).toBe("scripted");
    await control({ behaviour: { text: "always" }, requiredKey: "secret" });
    expect(await statusOf()).toBe(401);
    await control({ requiredKey: null });
    expect(await say("a")).toBe("always");
    await control({ reset: true });
    expect(await say("b")).toContain("> b");
  });

  it("says which field of an order is wrong", async () => {
    const response = await control({ fault: { fault: "hang" } });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("fault");
  });

  it("shows the requests that came", async () => {
    await say("remember me");
    const { requests } = (await getJson("/_control")) as { requests: { path: string; body: unknown }[] };
    expect(requests).toHaveLength(1);
    expect(requests[0]?.path).toBe("/v1/chat/completions");
    expect(JSON.stringify(requests[0]?.body)).toContain("remember me");
  });
});

describe("told in a message", () => {
  it("leaves a person's own brackets alone", async () => {
    expect(await say("See [[Home page]] and [[a=b]]")).toContain("> See [[Home page]] and [[a=b]]");
  });

  it("refuses a directive with a word it does not know", async () => {
    const received = await send(server, "openai-chat", false, "[[chunks=3 dely=4]]");
    expect(received.status).toBe(400);
    expect(received.body).toContain("dely");
    expect(await statusOf("[[fault=hang]]")).toBe(400);
    expect(await statusOf("[[chunks=many]]")).toBe(400);
  });

  it("takes words with spaces and brackets in quotes", async () => {
    expect(await say(`[[text="a [[b]\\" c" chunks=2]]`)).toBe('a [[b]" c');
  });

  it("obeys the last message only", async () => {
    const heard = await read(modelOf(server, "Anthropic"), ask("And now?", { earlier: ["[[fault=500]]", "Sorry."] }));
    expect(heard.text).toContain("> And now?");
  });

  it("gives the hostile sample as it is", async () => {
    expect(await say("[[sample=hostile]]")).toContain("<script>window.pwned = 1</script>");
  });

  it("counts each message's faults for itself", async () => {
    expect(await statusOf("[[fault=500 times=1 id=a]]")).toBe(500);
    expect(await statusOf("[[fault=500 times=1 id=b]]")).toBe(500);
    expect(await statusOf("[[fault=500 times=1 id=a]]")).toBe(200);
  });

  it("waits before the headers and between the deltas", async () => {
    // The server's own timers are what is tested, so only the order of things is looked at.
    const slow = send(server, "openai-chat", true, "[[first-delay=400 text=slow]]").then(() => "slow");
    const quick = send(server, "openai-chat", true, "[[text=quick]]").then(() => "quick");
    expect(await Promise.race([slow, quick])).toBe("quick");
    await slow;
  });
});

describe.each(PROVIDER_NAMES)("told in the model's name (%s)", (provider) => {
  it("obeys, and another model is well", async () => {
    const bad = modelOf(server, provider, "first-model[[fault=503]]");
    await expect(listen(bad, ask("Hi"))).rejects.toMatchObject({ statusCode: 503 });
    const good = await listen(modelOf(server, provider, "second-model[[chunks=3 text=a b c]]"), ask("Hi"));
    expect(good).toMatchObject({ text: "a b c", deltas: 3 });
  });
});

describe("the key", () => {
  it.each(FORMAT_NAMES)("lets nobody in without it (%s)", async (format) => {
    server.requireKey("the-key");
    const wrong = await send(server, format, true, "Hi");
    expect(wrong.status).toBe(format === "gemini" ? 400 : 401);
    expect(wrong.body).toMatch(format === "gemini" ? /API_KEY_INVALID/ : /key|Unauthorized/);
    server.requireKey("a-key");
    expect((await send(server, format, true, "Hi")).status).toBe(200);
  });

  it("is asked for lists of models too, and Google takes it in the address", async () => {
    server.requireKey("the-key");
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
    expect((await fetch(`${server.url}/v1/models`, { headers: { "x-api-key": "no" } })).status).toBe(401);
    expect((await fetch(`${server.url}/v1beta/models`)).status).toBe(403);
    expect((await fetch(`${server.url}/v1beta/models?key=the-key`)).status).toBe(200);
    expect((await fetch(`${server.url}/v1/models`, { headers: { authorization: "Bearer the-key" } })).status).toBe(200);
  });
});

describe("lists of models", () => {
  it("come in each provider's shape", async () => {
    expect(await getJson("/v1/models")).toMatchObject({
      object: "list",
      data: [{ id: "gpt-5", object: "model" }, {}, {}, {}],
    });
    expect(await getJson("/v1/models", { "anthropic-version": "2023-06-01" })).toMatchObject({
      data: [{ type: "model", display_name: expect.any(String) as string }, {}, {}],
      has_more: false,
    });
    expect(await getJson("/v1beta/models")).toMatchObject({
      models: [
        { name: "models/gemini-2.5-pro", supportedGenerationMethods: ["generateContent", "countTokens"] },
        {},
        {},
      ],
    });
    expect(await getJson("/groq/openai/v1/models")).toMatchObject({
      data: [{ id: "llama-3.3-70b-versatile", active: true }, {}],
    });
    expect(await getJson("/openai/v1/models")).toMatchObject({ data: [{ active: true }, {}] });
    expect(await getJson("/mistral/v1/models")).toMatchObject({
      data: [{ capabilities: { completion_chat: true } }, {}, {}],
    });
  });

  it("know one model by its name, and say 404 to another", async () => {
    expect(await getJson("/v1/models/gpt-5")).toMatchObject({ id: "gpt-5" });
    expect(await getJson("/v1beta/models/gemini-2.5-pro")).toMatchObject({ name: "models/gemini-2.5-pro" });
    expect((await fetch(`${server.url}/v1/models/gpt-0`)).status).toBe(404);
  });

  it("let a local Ollama be found", async () => {
    expect(await getJson("/api/version")).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string });
    expect(await getJson("/api/tags")).toMatchObject({
      models: [{ name: "llama3.2:latest", details: { format: "gguf" } }, {}],
    });
    expect(await (await fetch(server.url)).text()).toBe("Ollama is running");
  });
});

describe("embeddings", () => {
  const values = ["The cat sat on the mat", "A cat on a mat", "Quarterly revenue grew"];
  const clients = () => ({
    OpenAI: createOpenAI({ baseURL: server.baseUrls.openai, apiKey: "k" }).embedding("text-embedding-3-small"),
    Mistral: createMistral({ baseURL: server.baseUrls.mistral, apiKey: "k" }).embedding("mistral-embed"),
    Google: createGoogleGenerativeAI({ baseURL: server.baseUrls.google, apiKey: "k" }).embedding(
      "gemini-embedding-001",
    ),
  });

  it.each(["OpenAI", "Mistral", "Google"] as const)(
    "put like texts near each other, the same every time (%s)",
    async (name) => {
      const { embeddings } = await clients()[name].doEmbed({ values });
      const [cat = [], cats = [], revenue = []] = embeddings;
      const near = (left: number[], right: number[]) =>
        left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
      expect(near(cat, cat)).toBeCloseTo(1, 5);
      expect(near(cat, cats)).toBeGreaterThan(near(cat, revenue) + 0.3);
      const again = await clients()[name].doEmbed({ values: [values[0] ?? ""] });
      expect(again.embeddings[0]).toEqual(cat);
    },
  );
});

const prefilled = (model: string, content: string) => ({
  model,
  max_tokens: 9,
  messages: [
    { role: "user", content: "Hi" },
    { role: "assistant", content },
  ],
});

describe("requests that real servers refuse", () => {
  it.each([
    ["/v1/chat/completions", { model: "m", messages: [] }],
    ["/v1/responses", { model: "m", input: "Hi", max_output_tokens: 5 }],
    ["/v1/messages", { model: "m", messages: [{ role: "user", content: "Hi" }] }],
    ["/v1beta/models/m:generateContent", { contents: [] }],
    ["/v1/embeddings", { model: "m", input: [] }],
    ["/v1/chat/completions", "not JSON"],
    ["/v1/messages", prefilled("claude-sonnet-4-5", "Half an answer ")],
    ["/v1/messages", prefilled("claude-opus-4-6", "Half an answer")],
  ])("get 400 (%s)", async (path, body) => {
    const response = await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty("error");
  });

  it("get 400 from Mistral for an answer at the end that is not called a prefix", async () => {
    const body = JSON.stringify(prefilled("mistral-small-latest", "Half"));
    const response = await fetch(`${server.baseUrls.mistral}/chat/completions`, { method: "POST", body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      object: "error",
      message: expect.stringContaining("prefix") as string,
    });
  });

  it("get 404 where nothing is", async () => {
    expect((await fetch(`${server.url}/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/v1/chat/completions`)).status).toBe(404);
  });

  it("may have their tokens counted first", async () => {
    const count = async (path: string, body: object) =>
      (await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) })).json();
    const messages = [{ role: "user", content: "12345678" }];
    expect(await count("/v1/messages/count_tokens", { model: "m", messages })).toEqual({ input_tokens: 2 });
    const contents = [{ role: "user", parts: [{ text: "12345678" }] }];
    expect(await count("/v1beta/models/m:countTokens", { contents })).toEqual({ totalTokens: 2 });
  });
});

it("knows Anthropic's clients by their headers alone", async () => {
  const { text } = await createAnthropic({ baseURL: server.baseUrls.anthropic, apiKey: "k" })("claude-sonnet-4-5")
    .doGenerate(ask("[[text=Hello]]"))
    .then((result) => ({ text: result.content.map((part) => (part.type === "text" ? part.text : "")).join("") }));
  expect(text).toBe("Hello");
  expect(server.requests[0]?.headers["x-api-key"]).toBe("k");
});
