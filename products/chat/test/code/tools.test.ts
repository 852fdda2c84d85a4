import type { Message } from "@mindmesh/contracts/chat";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openBareSandbox } from "./bare-sandbox.ts";

const sandbox = openBareSandbox();
let models: ModelServer;
let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  models = await startModelServer();
  server = await startTestServer({
    sandbox: { ...sandbox, open: async () => sandbox },
    environment: {
      OPENAI_API_KEY: "sk-test-0123456789abcdef",
      OPENAI_BASE_URL: models.baseUrls.openai,
      OUTBOUND_ALLOW_PRIVATE: "127.0.0.1",
    },
  });
  ann = await server.signUp("Ann");
});
afterAll(async () => {
  await server.close();
  await models.close();
});
beforeEach(() => models.reset());

async function ask(
  text: string,
): Promise<{ answer: Message; params: { workspaceId: string; conversationId: string } }> {
  const { workspaceId } = ann;
  const { id: conversationId } = await ann.chat.createConversation({
    params: { workspaceId },
    body: { useTools: true, model: "openai/gpt-5-mini" },
  });
  const params = { workspaceId, conversationId };
  const { answer: begun } = await ann.chat.sendMessage({ params, body: { text, parentId: null } });
  const answer = await eventually(async () => {
    const message = await ann.chat.getMessage({ params: { ...params, messageId: begun.id } });
    expect(message.status).not.toBe("streaming");
    return message;
  }, 30);
  return { answer, params };
}

const call = (name: string, input: object) => `tool=${name} args='${JSON.stringify(input)}'`;
const python = (source: string) => call("sandbox_runCode", { language: "python", source });
const lastRequest = () => JSON.stringify(models.requests.at(-1)?.body);

test("a model writes a program, reads its error, mends it and runs it again", async () => {
  const { answer, params } = await ask(
    `[[${call("sandbox_writeFile", { path: "sums.py", content: "def add(a, b): return a + c" })} ${python("from sums import add; print(add(1, 2))")} ${call("sandbox_writeFile", { path: "sums.py", content: "def add(a, b): return a + b" })} ${python("from sums import add; print(add(1, 2))")} ${call("sandbox_readFile", { path: "sums.py" })} ${call("sandbox_listFiles", {})}]] Add 1 and 2.`,
  );
  expect(answer.status).toBe("complete");
  const results = answer.toolCalls.map(({ state, output }) => [state, JSON.parse(output ?? "null") as object]);
  expect(results).toMatchObject([
    ["done", { path: "sums.py" }],
    ["done", { status: "failed", exitCode: 1, output: expect.stringMatching(/NameError: name 'c' is not defined/) }],
    ["done", { path: "sums.py" }],
    ["done", { status: "finished", exitCode: 0, output: "3\n" }],
    ["done", { text: "def add(a, b): return a + b" }],
    ["done", { files: expect.arrayContaining([{ path: "sums.py", bytes: 27 }]) }],
  ]);
  expect(lastRequest()).toContain("NameError");
  const { items } = await ann.code.listRuns({ params });
  expect(items.map(({ origin, status }) => [origin, status])).toEqual([
    ["tool", "finished"],
    ["tool", "failed"],
  ]);
});

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("the model is shown the picture that its program made", async () => {
  const { answer } = await ask(`[[${python(`print("#display image/png ${png}")`)}]] Draw.`);
  expect(answer.status).toBe("complete");
  expect(JSON.parse(answer.toolCalls[0]?.output ?? "null")).toMatchObject({
    displays: [{ position: 0, mime: "image/png", bytes: 70 }],
  });
  expect(lastRequest()).toContain(`data:image/png;base64,${png}`);
});

test("stopping the answer stops the program", async () => {
  const { workspaceId } = ann;
  const { id: conversationId } = await ann.chat.createConversation({
    params: { workspaceId },
    body: { useTools: true, model: "openai/gpt-5-mini" },
  });
  const params = { workspaceId, conversationId };
  const text = `[[${python("import time; print(1, flush=True); time.sleep(100)")}]] Wait.`;
  const { answer } = await ann.chat.sendMessage({ params, body: { text, parentId: null } });
  const runs = () => ann.code.listRuns({ params });
  await eventually(async () => expect((await runs()).items).toMatchObject([{ status: "running" }]));
  await ann.chat.stopAnswer({ params: { ...params, messageId: answer.id } });
  await eventually(async () => expect((await runs()).items).toMatchObject([{ status: "cancelled" }]));
  expect(sandbox.children.at(-1)?.signalCode).toBe("SIGKILL");
});

test("a program with network waits for approval, and without allowed hosts there is none", async () => {
  const { workspaceId } = ann;
  const { id: conversationId } = await ann.chat.createConversation({ params: { workspaceId }, body: {} });
  const input = { conversationId, language: "python", source: "print(1)" };
  const params = { workspaceId, name: "sandbox.runCodeOnline" };
  const { call: waiting } = await ann.tools.callTool({ params, body: { input } });
  expect(waiting).toMatchObject({ state: "waiting", risk: "critical" });
  const approve = (callId: string, argumentsHash: string) =>
    ann.tools.approveToolCall({ params: { workspaceId, callId }, body: { argumentsHash } });
  await approve(waiting.id, waiting.argumentsHash);
  await expect(ann.tools.callTool({ params, body: { input, approvalId: waiting.id } })).rejects.toMatchObject({
    status: 403,
  });
  const { settings } = await ann.code.getRunSettings({ params: { workspaceId } });
  await ann.code.updateRunSettings({ params: { workspaceId }, body: { ...settings, hosts: ["pypi.org"] } });
  const online = await ann.tools.callTool({ params, body: { input } });
  await approve(online.call.id, online.call.argumentsHash);
  await ann.tools.callTool({ params, body: { input, approvalId: online.call.id } });
  expect(sandbox.requests.at(-1)?.hosts).toEqual(["pypi.org"]);
  await ann.tools.callTool({ params: { workspaceId, name: "sandbox.runCode" }, body: { input } });
  expect(sandbox.requests.at(-1)?.hosts).toEqual([]);
});
