import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  models = await startModelServer();
  const { openai, google } = models.baseUrls;
  server = await startTestServer({
    environment: { OPENAI_API_KEY: "one", OPENAI_BASE_URL: openai, GEMINI_API_KEY: "two", GOOGLE_BASE_URL: google },
  });
  ann = await server.signUp("Ann");
});

afterAll(async () => {
  await server.close();
  await models.close();
});

test("an answer that breaks off is finished by another model, and the person is told", async () => {
  const whole = "One two three four five six seven eight nine ten";
  models.setBehaviour({ text: whole, chunks: 10 });
  const { workspaceId } = ann;
  const model = "openai/gpt-5[[fault=cut]]";
  const { id: conversationId } = await ann.chat.createConversation({ params: { workspaceId }, body: { model } });
  const params = { workspaceId, conversationId };
  const sent = await ann.chat.sendMessage({ params, body: { text: "Count to ten.", parentId: null } });
  const answer = await eventually(async () => {
    const message = await ann.chat.getMessage({ params: { ...params, messageId: sent.answer.id } });
    expect(message.status).not.toBe("streaming");
    return message;
  });
  expect(answer).toMatchObject({ status: "complete", text: whole, error: null });
  expect(answer.notice).toMatch(/^OpenAI .+ google\/gemini-2\.5-\w+ answers in the place of openai\/gpt-5/);
});
