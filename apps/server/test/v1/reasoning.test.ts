import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type LanguageModel, type ModelMessage, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
let client: OpenAI;
beforeAll(async () => {
  fixture = await startV1();
  client = new OpenAI({ baseURL: fixture.baseURL, apiKey: fixture.key, maxRetries: 0 });
});
afterAll(() => fixture.close());
beforeEach(() => {
  fixture.models.reset();
  fixture.models.script([
    { reasoning: "I need the weather of Lyon.", toolCalls: [{ name: "get_weather", arguments: { city: "Lyon" } }] },
  ]);
});

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;
const weather = { type: "function" as const, name: "get_weather", parameters, strict: false };
const models = ["anthropic/claude-sonnet-4-6", "google/gemini-3-pro-preview", "openai/gpt-5-mini"];

/** What the provider got last, where it must find its signature: in all three it is 43 characters and a sign of equality. */
const lastBody = () => JSON.stringify(fixture.models.requests.findLast(({ method }) => method === "POST")?.body);
const signature = {
  "anthropic/claude-sonnet-4-6": /"signature":"[\w+/]{43}="/,
  "google/gemini-3-pro-preview": /"thoughtSignature":"[\w+/]{43}="/,
  "openai/gpt-5-mini": /"encrypted_content":"gAAAA[\w+/]{43}="/,
} as Record<string, RegExp>;

type Input = OpenAI.Responses.ResponseInputItem;

it.each(models)("/v1/responses carries what %s has signed to the client and back", async (model) => {
  const request = { model, tools: [weather], store: false, include: ["reasoning.encrypted_content" as const] };
  const input: Input[] = [{ role: "user", content: "Weather?" }];
  const first = await client.responses.create({ ...request, input });
  const carried = first.output.find((item) => item.type === "reasoning" && item.encrypted_content);
  expect(carried, JSON.stringify(first.output)).toBeDefined();
  expect(JSON.stringify(first.output)).not.toMatch(signature[model] as RegExp);
  const [call] = first.output.filter((item) => item.type === "function_call");
  const result = { type: "function_call_output" as const, call_id: call?.call_id ?? "", output: "rain" };
  const second = await client.responses.create({ ...request, input: [...input, ...(first.output as Input[]), result] });
  expect(second.status).toBe("completed");
  expect(lastBody()).toMatch(signature[model] as RegExp);
});

it.each(models)("an answer that goes on from a stored one of %s needs nothing carried", async (model) => {
  const first = await client.responses.create({ model, tools: [weather], input: "Weather?" });
  expect(JSON.stringify(first.output)).not.toContain("encrypted_content");
  const [call] = first.output.filter((item) => item.type === "function_call");
  await client.responses.create({
    model,
    tools: [weather],
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: call?.call_id ?? "", output: "rain" }],
  });
  expect(lastBody()).toMatch(signature[model] as RegExp);
});

it("what was not sealed here, or for another workspace, is refused as OpenAI refuses it", async () => {
  const include = ["reasoning.encrypted_content" as const];
  const stranger = await fixture.server.signUp("Stranger");
  const other = new OpenAI({
    baseURL: fixture.baseURL,
    apiKey: await fixture.newKey("write", stranger),
    maxRetries: 0,
  });
  const [model] = models as [string];
  const first = await client.responses.create({ model, tools: [weather], store: false, include, input: "Weather?" });
  const user = { role: "user" as const, content: "And now?" };
  const results = first.output.flatMap((item) =>
    item.type === "function_call"
      ? [{ type: "function_call_output" as const, call_id: item.call_id, output: "rain" }]
      : [],
  );
  const foreign = other.responses.create({
    model,
    store: false,
    input: [...(first.output as Input[]), ...results, user],
  });
  await expect(foreign).rejects.toMatchObject({ status: 400, code: "invalid_encrypted_content" });
  const made: Input = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "eyJ9" };
  const own = client.responses.create({ model, store: false, input: [made, user] });
  await expect(own).rejects.toMatchObject({
    status: 400,
    code: "invalid_encrypted_content",
    param: "input[0].encrypted_content",
  });
});

async function loop(model: LanguageModel, streamed: boolean) {
  const get_weather = tool({ inputSchema: jsonSchema(parameters), execute: async () => "rain" });
  const messages: ModelMessage[] = [{ role: "user", content: "Weather?" }];
  const settings = { model, messages, tools: { get_weather }, stopWhen: stepCountIs(3), maxRetries: 0 };
  if (!streamed) return (await generateText(settings)).steps.length;
  const answer = streamText({ ...settings, onError: ({ error }) => expect.fail(String(error)) });
  await answer.consumeStream();
  return (await answer.steps).length;
}

const streamed = [true, false];

it.each(models.flatMap((model) => streamed.map((way) => [model, way] as const)))(
  "the AI SDK carries the reasoning of %s through its loop, streamed: %s",
  async (model, way) => {
    const { responses } = createOpenAI({ baseURL: fixture.baseURL, apiKey: fixture.key });
    expect(await loop(responses(model), way)).toBe(2);
    expect(lastBody()).toMatch(signature[model] as RegExp);
  },
);

it.each(streamed)("chat completions carry Gemini's signature of a call, streamed: %s", async (way) => {
  // The AI SDK gives it back only where the provider has this name.
  const provider = createOpenAICompatible({ name: "google", baseURL: fixture.baseURL, apiKey: fixture.key });
  const model = "google/gemini-3-pro-preview";
  expect(await loop(provider(model), way)).toBe(2);
  expect(lastBody()).toMatch(signature[model] as RegExp);
});

it("chat completions have no place for what others have signed: they get their calls back without it", async () => {
  const provider = createOpenAICompatible({ name: "mindmesh", baseURL: fixture.baseURL, apiKey: fixture.key });
  expect(await loop(provider("anthropic/claude-sonnet-4-6"), true)).toBe(2);
  expect(lastBody()).not.toContain('"signature"');
});
