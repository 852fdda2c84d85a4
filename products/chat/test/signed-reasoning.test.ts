import type { Message } from "@mindmesh/contracts/chat";
import { defineTool } from "@mindmesh/kernel/tools";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  models = await startModelServer();
  server = await startTestServer({
    environment: {
      ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef",
      ANTHROPIC_BASE_URL: models.baseUrls.anthropic,
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: models.baseUrls.openai,
      GEMINI_API_KEY: "test",
      GOOGLE_BASE_URL: models.baseUrls.google,
      OUTBOUND_ALLOW_PRIVATE: "127.0.0.1",
    },
  });
  ann = await server.signUp("Ann");
  server.running.tools.add([
    defineTool({
      name: "test.weather",
      title: "Weather",
      purpose: "For tests.",
      input: z.object({}),
      output: z.object({ sky: z.string() }),
      right: null,
      scope: "read",
      risk: "read",
      idempotent: true,
      timeLimitMs: 30_000,
      run: async () => ({ sky: "grey" }),
    }),
  ]);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

interface Body {
  messages: { role: string; content: { type: string; thinking?: string; signature?: string }[] }[];
}

const thinkingOf = ({ messages }: Body) => messages.flatMap(({ content }) => content.filter((part) => part.thinking));

/** A question whose answer thinks and calls a tool, and another one after it. Returns the first answer. */
async function askTwice(model: string): Promise<Message> {
  const { workspaceId } = ann;
  const { id: conversationId } = await ann.chat.createConversation({
    params: { workspaceId },
    body: { useTools: true, model },
  });
  const params = { workspaceId, conversationId };
  const ended = (message: Message) =>
    eventually(async () => {
      const read = await ann.chat.getMessage({ params: { ...params, messageId: message.id } });
      expect(read.status).toBe("complete");
      return read;
    }, 20);
  models.script([
    { reasoning: "The sky decides.", toolCalls: [{ name: "test_weather", arguments: {} }] },
    { reasoning: false, text: "It is grey." },
    { reasoning: false, text: "Still." },
  ]);
  const { answer } = await ann.chat.sendMessage({ params, body: { text: "Weather?", parentId: null } });
  const first = await ended(answer);
  const next = await ann.chat.sendMessage({ params, body: { text: "And now?", parentId: answer.id } });
  expect((await ended(next.answer)).text).toBe("Still.");
  return first;
}

test("what Claude thought before it called a tool goes back to it with the result, and with the next question", async () => {
  const first = await askTwice("anthropic/claude-sonnet-4-6");
  expect(first).toMatchObject({ text: "It is grey.", reasoning: "The sky decides." });
  // A signature is the provider's and the model's affair.
  expect(JSON.stringify(first)).not.toMatch(/signature|signed/);

  const bodies = models.requests.filter(({ path }) => path.endsWith("/messages")).map(({ body }) => body as Body);
  const answered = bodies.filter(({ messages }) => messages.length > 1 && thinkingOf({ messages }).length > 0);
  expect(answered).toHaveLength(2);
  for (const body of answered) {
    expect(body.messages[1]?.content.map(({ type }) => type)).toEqual(["thinking", "tool_use"]);
    expect(thinkingOf(body)).toMatchObject([{ thinking: "The sky decides.", signature: expect.any(String) }]);
  }
});

test.each([
  ["openai/gpt-5-mini", /"encrypted_content":"gAAAA[\w+/]{43}="/],
  ["google/gemini-3-pro-preview", /"thoughtSignature":"[\w+/]{43}="/],
])("so does what %s has encrypted or signed", async (model, signature) => {
  models.reset();
  await askTwice(model);
  const bodies = models.requests.filter(({ method }) => method === "POST").map(({ body }) => JSON.stringify(body));
  // With the result, and with the next question; the title of the conversation is asked for without it.
  expect(bodies.filter((body) => signature.test(body))).toHaveLength(2);
});
