import { type Client, createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { type PreparedAnswerBody, preparedAnswerRoutes } from "@mindmesh/contracts/prepared-answers";
import { eventually } from "@mindmesh/test-support";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
let client: OpenAI;
let prepared: Client<typeof preparedAnswerRoutes>;
let params: { workspaceId: string };
beforeAll(async () => {
  fixture = await startV1();
  client = new OpenAI({ baseURL: fixture.baseURL, apiKey: fixture.key, maxRetries: 0 });
  const { person, server } = fixture;
  prepared = createClient(preparedAnswerRoutes, { baseUrl: server.url, token: () => person.accessToken });
  params = { workspaceId: person.workspaceId };
});
afterAll(() => fixture.close());
beforeEach(async () => {
  fixture.models.reset();
  const { items } = await prepared.listPreparedAnswers({ params });
  for (const { id } of items) await prepared.deletePreparedAnswer({ params: { ...params, answerId: id } });
});

const hours = "When are you open?";
const body = { question: hours, system: null, model: null, answer: "From 9 to 5.", enabled: true };
const prepare = (changes: Partial<PreparedAnswerBody> = {}) =>
  prepared.addPreparedAnswer({ params, body: { ...body, ...changes } });

const posts = () => fixture.models.requests.filter(({ method }) => method === "POST").length;
type Asked = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>;
async function ask(question: string, more: Asked = {}, headers: Record<string, string> = {}) {
  const messages = [{ role: "user" as const, content: question }];
  const { data, response } = await client.chat.completions
    .create({ model: "openai/gpt-4.1-mini", messages, ...more }, { headers })
    .withResponse();
  return { text: data.choices[0]?.message.content, response };
}

it("gives the prepared answer in place of a call, streamed and whole, and counts it", async () => {
  await prepare();
  const { text, response } = await ask("  when are you\nOPEN? ");
  expect(text).toBe("From 9 to 5.");
  expect(response.headers.get("x-mindmesh-cache")).toBe("prepared");
  expect(Number(response.headers.get("age"))).toBeGreaterThanOrEqual(0);
  const messages = [{ role: "user" as const, content: hours }];
  const stream = await client.chat.completions.create({ model: "anthropic/claude-sonnet-4-5", messages, stream: true });
  let streamed = "";
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? "";
  expect(streamed).toBe("From 9 to 5.");
  const { output_text } = await client.responses.create({ model: "openai/gpt-4.1-mini", input: hours });
  expect(output_text).toBe("From 9 to 5.");
  expect(posts()).toBe(0);
  const { items } = await prepared.listPreparedAnswers({ params });
  expect(items).toMatchObject([{ given: 3, madeBy: null, savedUsd: null, givenAt: expect.any(String) }]);
});

it("a conversation that begins with a prepared question is answered by its model", async () => {
  await prepare();
  const { chat } = fixture.person;
  const { id: conversationId } = await chat.createConversation({ params, body: { model: "openai/gpt-4.1-mini" } });
  const place = { ...params, conversationId };
  const { answer } = await chat.sendMessage({ params: place, body: { text: hours, parentId: null } });
  const message = await eventually(async () => {
    const found = await chat.getMessage({ params: { ...place, messageId: answer.id } });
    expect(found.status).toBe("complete");
    return found;
  });
  expect(message.text).not.toBe(body.answer);
  expect((await prepared.listPreparedAnswers({ params })).items).toMatchObject([{ given: 0 }]);
});

it("shows on the usage page how many calls it spared", async () => {
  await prepare();
  await ask(hours);
  const money = createClient(moneyRoutes, { baseUrl: fixture.server.url, token: () => fixture.person.accessToken });
  await eventually(async () => {
    const { models } = await money.readUsage({ params, query: {} });
    expect(models.find(({ id }) => id === "mindmesh/prepared")).toMatchObject({ costUsd: 0, unknownCalls: 0 });
    expect(models.find(({ id }) => id === "mindmesh/prepared")?.cachedCalls).toBeGreaterThan(0);
  });
});

it("asks the model for whatever is not that one question, and for who refuses what is kept", async () => {
  await prepare();
  const tool = { type: "function" as const, function: { name: "look", parameters: { type: "object" } } };
  const others: [string, Asked, Record<string, string>?][] = [
    ["a header", {}, { "x-mindmesh-cache": "none" }],
    ["tools", { tools: [tool] }],
    ["temperature", { temperature: 0.7 }],
    ["JSON", { response_format: { type: "json_schema", json_schema: { name: "hours", schema: { type: "object" } } } }],
    ["too short a limit", { max_tokens: 1 }],
    ["an end at a word", { stop: "to" }],
  ];
  for (const [name, more, headers] of others) {
    const { text } = await ask(hours, more, headers);
    expect(text, name).not.toBe("From 9 to 5.");
  }
  const conversation = [
    { role: "user" as const, content: "Hello" },
    { role: "assistant" as const, content: "Hello." },
    { role: "user" as const, content: hours },
  ];
  expect((await ask(hours, { messages: conversation })).text).not.toBe("From 9 to 5.");
  expect((await ask("When are you closed?")).text).not.toBe("From 9 to 5.");
  expect(posts()).toBe(others.length + 2);
});

it("goes by the system prompt and the model where they were named", async () => {
  await prepare({ system: "You are a shop.", model: "openai/gpt-4.1-mini" });
  const withSystem = (system: string, model: string) =>
    ask(hours, {
      model,
      messages: [
        { role: "system", content: system },
        { role: "user", content: hours },
      ],
    });
  expect((await withSystem("You are a shop.", "openai/gpt-4.1-mini")).text).toBe("From 9 to 5.");
  expect((await withSystem("You are a bank.", "openai/gpt-4.1-mini")).text).not.toBe("From 9 to 5.");
  expect((await withSystem("You are a shop.", "openai/gpt-4.1")).text).not.toBe("From 9 to 5.");
});

it("is not given in another workspace, nor once it is switched off", async () => {
  const { id } = await prepare();
  const stranger = await fixture.server.signUp("Stranger");
  const other = new OpenAI({
    baseURL: fixture.baseURL,
    apiKey: await fixture.newKey("write", stranger),
    maxRetries: 0,
  });
  const messages = [{ role: "user" as const, content: hours }];
  const foreign = await other.chat.completions.create({ model: "openai/gpt-4.1-mini", messages });
  expect(foreign.choices[0]?.message.content).not.toBe("From 9 to 5.");
  await prepared.changePreparedAnswer({ params: { ...params, answerId: id }, body: { ...body, enabled: false } });
  expect((await ask(hours)).text).not.toBe("From 9 to 5.");
});

it("has a model answer beforehand, one question for each value, and tells what each answer then saves", async () => {
  fixture.models.script((prompt) => ({ text: `About ${/ of (\w+)/.exec(prompt.messages[0]?.text ?? "")?.[1]}.` }));
  const question = "What is the capital of {{value}}?";
  const values = ["France", "Spain", "France"];
  const asked = { question, system: "", model: "openai/gpt-4.1-mini" as const, values, enabled: true };
  expect(await prepared.askForAnswers({ params, body: asked })).toEqual({ added: 2, known: 0 });
  await eventually(async () => {
    const { items } = await prepared.listPreparedAnswers({ params });
    expect(items.map(({ answer }) => answer)).toEqual(["About Spain.", "About France."]);
  });
  expect(posts()).toBe(2);
  const { text, response } = await ask("What is the capital of Spain?");
  expect(text).toBe("About Spain.");
  expect(Number(response.headers.get("x-mindmesh-cache-saved-usd"))).toBeGreaterThan(0);
  expect(posts()).toBe(2);
  expect(await prepared.askForAnswers({ params, body: asked })).toEqual({ added: 0, known: 2 });
  const { items } = await prepared.listPreparedAnswers({ params });
  expect(items[0]).toMatchObject({ madeBy: "openai/gpt-4.1-mini", given: 1, savedUsd: expect.any(Number) });
});

it("says why a model gave no answer, and asks again", async () => {
  fixture.models.setFault({ fault: 400, message: "Not that." });
  const asked = { question: "What?", system: null, model: "openai/gpt-4.1-mini" as const, values: [], enabled: true };
  await prepared.askForAnswers({ params, body: asked });
  const only = async () => (await prepared.listPreparedAnswers({ params })).items[0];
  await eventually(async () => expect(await only()).toMatchObject({ answer: null, problem: expect.any(String) }));
  fixture.models.reset();
  await prepared.askAgain({ params: { ...params, answerId: (await only())?.id ?? "" } });
  await eventually(async () => expect(await only()).toMatchObject({ answer: expect.any(String), problem: null }));
});

it("refuses who may not configure the workspace, a second answer in the same place, and values without a place", async () => {
  await prepare();
  await expect(prepare({ question: `${hours} ` })).rejects.toMatchObject({ code: "already_exists" });
  const asked = { question: "What?", system: null, model: null, values: ["one"], enabled: true };
  await expect(prepared.askForAnswers({ params, body: asked })).rejects.toMatchObject({ code: "invalid_fields" });
  const { server, person } = fixture;
  const member = await server.signUp("Ben");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    person.workspaceId,
    member.personId,
  ]);
  const their = createClient(preparedAnswerRoutes, { baseUrl: server.url, token: () => member.accessToken });
  await expect(their.listPreparedAnswers({ params })).rejects.toMatchObject({ code: "not_allowed" });
  await expect(their.addPreparedAnswer({ params, body })).rejects.toMatchObject({ code: "not_allowed" });
});
