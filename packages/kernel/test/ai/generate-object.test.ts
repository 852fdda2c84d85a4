import { NAMED_FAULTS } from "@mindmesh/model-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ModelFailed, type ObjectRequest } from "../../src/ai/index.ts";
import { type GatewayFixture, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { firstPartMs: 4000, silenceMs: 2000, retryDelayMs: 20 } });
  await fixture.gateway.listModels(fixture.tenant, { refresh: true });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const rating = z.object({
  title: z.string(),
  stars: z.number().int().min(1).max(5),
  tags: z.array(z.string()).default([]),
});

const generate = <T>(schema: z.ZodType<T>, more: Partial<ObjectRequest<T>> = {}) =>
  fixture.gateway.generateObject({
    ...fixture.tenant,
    product: "chat",
    model: "openai/gpt-4.1-mini",
    messages: [{ role: "user", content: "Rate it." }],
    schema,
    ...more,
  });

const calls = () => fixture.models.requests.filter((each) => each.method === "POST");
let number = 0;
const failing = (provider: string, fault: string) => `${provider}/m${(number += 1)}[[fault=${fault}]]`;

describe.each([
  "anthropic/claude-sonnet-4-5",
  "openai/gpt-5",
  "google/gemini-2.5-flash",
  "groq/llama-3.3-70b-versatile",
  "mistral/mistral-large-latest",
  "openai-compatible/local",
  "ollama/llama3.2:latest",
])("an object of %s", (model) => {
  it("is of the schema that was asked for", async () => {
    const words = { text: '```json\n{"title":"title","stars":1,"tags":["tags"]}\n```' };
    fixture.models.script([(prompt) => (prompt.json === null && prompt.mustCall === false ? words : {})]);
    const { object, isRepaired, finish } = await generate(rating, { model });
    expect(object).toMatchObject({ title: "title", stars: 1 });
    expect(isRepaired).toBe(false);
    expect(finish.model).toBe(model);
  });

  it("that does not fit is repaired once, told what was wrong", async () => {
    fixture.models.script([{ text: '{"title":"A","stars":9}' }, { text: '{"title":"A","stars":5}' }]);
    const { object, isRepaired } = await generate(rating, { model });
    expect(object).toEqual({ title: "A", stars: 5, tags: [] });
    expect(isRepaired).toBe(true);
    const again = JSON.stringify(calls()[1]?.body);
    expect(again).toMatch(/stars: Too big/);
    expect(again).toContain("9}");
  });
});

it("an object of an older Claude, which takes no schema, comes by way of a tool", async () => {
  const { object } = await generate(rating, { model: "anthropic/claude-3-5-haiku-latest" });
  expect(object).toMatchObject({ title: "title", stars: 1 });
  expect(calls()[0]?.body).toMatchObject({ tools: [{ name: "json" }] });
});

it("a list is asked for inside of an object, and comes out as a list", async () => {
  fixture.models.script([{ text: '{"value":["a","b"]}' }]);
  expect((await generate(z.array(z.string()))).object).toEqual(["a", "b"]);
  expect(calls()[0]?.body).toMatchObject({
    response_format: { json_schema: { strict: true, schema: { properties: { value: { type: "array" } } } } },
  });
});

it("an object that does not fit twice fails with what is wrong, and costs both calls", async () => {
  fixture.models.setBehaviour({ text: '{"title":7}' });
  const failure = await generate(rating).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ModelFailed);
  expect((failure as ModelFailed).message).toMatch(
    /^openai\/gpt-4\.1-mini did not give what was asked for, also when told what was wrong: title: .+; stars: /,
  );
  expect(calls()).toHaveLength(2);
});

it.each([
  ["I would rather not.", /it is not JSON/],
  ['{"title": "half', /it is not JSON/],
  ["", /it is empty/],
])("an answer of %j is no object", async (text, says) => {
  fixture.models.setBehaviour({ text });
  await expect(generate(rating)).rejects.toThrow(says);
});

it("an object that was cut at the limit of output says so at once", async () => {
  fixture.models.setBehaviour({ text: '{"title":"A","st', finish: "length" });
  await expect(generate(rating)).rejects.toThrow(/reached its limit of output/);
  expect(calls()).toHaveLength(1);
});

it("the cost of a repaired object is that of both answers", async () => {
  const usage = { input: 1000, output: 1000, reasoning: 0, cached: 0 };
  fixture.models.script([
    { text: "{}", usage },
    { text: '{"title":"A","stars":5}', usage },
  ]);
  const { costUsd, finish } = await generate(rating);
  expect(costUsd).toBeCloseTo(2 * (finish.costUsd ?? Number.NaN), 10);
});

const wholeFaults = [
  ...NAMED_FAULTS.filter(
    (each) => !["no-usage", "zero-usage", "wrong-content-type", "bad-tool-arguments"].includes(each),
  ),
  "401",
  "429",
  "500",
  "503",
];
// What another model would only hide, or would answer in the same way.
const forAPerson = ["quota", "401"];

describe("when the model that was asked has a fault", () => {
  beforeEach(() => fixture.models.setBehaviour({ text: '{"title":"A","stars":5}', chunks: 6 }));

  it.each(wholeFaults)("%s, and no other is left, the caller gets a clear error", async (fault) => {
    const failure = await generate(rating, { model: failing("openai-compatible", fault), fallback: false }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ModelFailed);
    expect((failure as ModelFailed).message).toMatch(/^OpenAI-compatible server .{10,}|^The account behind/);
  });

  it.each(wholeFaults.filter((each) => !forAPerson.includes(each)))(
    "%s, and others are left, the caller gets the whole object from one of them",
    async (fault) => {
      const { object, finish } = await generate(rating, { model: failing("openai", fault), fallback: true });
      expect(object).toEqual({ title: "A", stars: 5, tags: [] });
      expect(finish.provider).not.toBe("openai");
      expect(finish.usage.inputTokens).toBeGreaterThan(0);
    },
  );
});

it("a stopped object ends its call at once", async () => {
  fixture.models.setBehaviour({ chunks: 500, delayMs: 5 });
  const controller = new AbortController();
  const generating = generate(rating, { signal: controller.signal }).catch((error: unknown) => error);
  await expect.poll(() => calls()[0]?.eventsSent ?? 0).toBeGreaterThan(3);
  controller.abort("stopped");
  expect(await generating).toBe("stopped");
  await expect.poll(() => calls()[0]?.aborted).toBe(true);
});
