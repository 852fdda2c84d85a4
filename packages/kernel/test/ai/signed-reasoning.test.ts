import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { ModelContent, ModelMessage, ModelPart, ModelTool } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { retryDelayMs: 20 } });
  await fixture.gateway.listModels(fixture.tenant, { refresh: true });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const weather: ModelTool = {
  name: "get_weather",
  description: "The weather in a city.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const question: ModelMessage = { role: "user", content: "Weather?" };

const ask = (model: string, messages: ModelMessage[]) =>
  collect(fixture.gateway.stream({ ...fixture.tenant, product: "chat", model, messages, tools: [weather] }));

const lastBody = () => fixture.models.requests.findLast((each) => each.method === "POST")?.body as never;

/** The answer as the assistant's message, with the result of its calls. */
function messagesOf({ others, finish }: { others: ModelPart[]; finish: ModelPart | null }): ModelMessage[] {
  const calls = others.filter((part) => part.type === "tool-call");
  const signed = finish?.type === "finish" ? finish.signed : undefined;
  const thoughts: ModelContent[] = signed ? [{ type: "reasoning", ...signed }] : [];
  return [
    { role: "assistant", content: [...thoughts, ...calls] },
    { role: "tool", content: calls.map(({ id, name }) => ({ type: "tool-result", id, name, output: "rain" })) },
  ];
}

const thinking = {
  reasoning: "I need the weather of Lyon.",
  toolCalls: [{ name: "get_weather", arguments: { city: "Lyon" } }],
};

it("gives Claude its thinking back with the results, exactly as it was signed", async () => {
  const model = "anthropic/claude-sonnet-4-6";
  fixture.models.script([thinking]);
  const first = await ask(model, [question]);
  expect(first.error).toBeNull();
  expect(first.finish).toMatchObject({ signed: { by: model, thoughts: [{ text: thinking.reasoning }] } });
  const second = await ask(model, [question, ...messagesOf(first)]);
  expect(second.error).toBeNull();
  const { messages } = lastBody() as { messages: { role: string; content: { type: string }[] }[] };
  expect(messages[1]?.content).toMatchObject([
    { type: "thinking", thinking: thinking.reasoning, signature: expect.stringMatching(/^[\w+/]{43}=$/) },
    { type: "tool_use", name: "get_weather" },
  ]);
});

it("is told by the provider when thinking comes back changed", async () => {
  const model = "anthropic/claude-sonnet-4-6";
  fixture.models.script([thinking]);
  const [answer, results] = messagesOf(await ask(model, [question])) as [ModelMessage, ModelMessage];
  const content = (answer.content as ModelContent[]).map((part) =>
    part.type === "reasoning" ? { ...part, thoughts: part.thoughts.map((each) => ({ ...each, text: "else" })) } : part,
  );
  const { error } = await ask(model, [question, { role: "assistant", content }, results]);
  expect(error).toMatchObject({ kind: "bad_request", message: expect.stringContaining("signature") });
});

it("gives Gemini 3 the signature of its call back", async () => {
  const model = "google/gemini-3-pro-preview";
  fixture.models.script([thinking]);
  const first = await ask(model, [question]);
  expect(first.error).toBeNull();
  const second = await ask(model, [question, ...messagesOf(first)]);
  expect(second.error).toBeNull();
  const { contents } = lastBody() as { contents: { parts: { functionCall?: object; thoughtSignature?: string }[] }[] };
  const call = contents[1]?.parts.find((part) => part.functionCall);
  expect(call?.thoughtSignature).toMatch(/^[\w+/]{43}=$/);
});

it("gives GPT-5 its encrypted reasoning back, of which nothing is left at OpenAI", async () => {
  const model = "openai/gpt-5-mini";
  fixture.models.script([thinking]);
  const first = await ask(model, [question]);
  expect(first.error).toBeNull();
  expect(first.finish).toMatchObject({ reason: "tool-calls", signed: { by: model, thoughts: [{ text: "" }] } });
  const second = await ask(model, [question, ...messagesOf(first)]);
  expect(second.error).toBeNull();
  const body = lastBody() as { store: boolean; include: string[]; tools: object[]; input: object[] };
  expect(body).toMatchObject({ store: false, include: ["reasoning.encrypted_content"], tools: [{ strict: false }] });
  expect(body.input.slice(-3)).toMatchObject([
    { type: "reasoning", encrypted_content: expect.stringMatching(/^gAAAA[\w+/]{43}=$/) },
    { type: "function_call", name: "get_weather" },
    { type: "function_call_output", output: "rain" },
  ]);
});

it("is told by OpenAI when its reasoning comes back changed", async () => {
  const model = "openai/gpt-5-mini";
  fixture.models.script([thinking]);
  const [answer, results] = messagesOf(await ask(model, [question])) as [ModelMessage, ModelMessage];
  const content = JSON.parse(JSON.stringify(answer.content).replace("gAAAA", "gAAAB")) as ModelContent[];
  const { error } = await ask(model, [question, { role: "assistant", content }, results]);
  expect(error).toMatchObject({ kind: "bad_request", message: expect.stringContaining("could not be verified") });
});

it("asks GPT-5 for no fewer tokens than it takes", async () => {
  const request = { ...fixture.tenant, product: "chat", model: "openai/gpt-5-mini", messages: [question] };
  const { error } = await collect(fixture.gateway.stream({ ...request, maxOutputTokens: 5 }));
  expect(error).toBeNull();
  expect(lastBody()).toMatchObject({ max_output_tokens: 16 });
});

it("gives no other model what one has signed", async () => {
  fixture.models.script([thinking]);
  const first = await ask("anthropic/claude-sonnet-4-6", [question]);
  const others = ["anthropic/claude-opus-4-6", "google/gemini-3-pro-preview", "openai/gpt-4.1-mini", "openai/gpt-5"];
  for (const model of others) {
    const { error } = await ask(model, [question, ...messagesOf(first)]);
    expect(error).toBeNull();
    expect(JSON.stringify(lastBody())).not.toContain("I need the weather");
  }
});
