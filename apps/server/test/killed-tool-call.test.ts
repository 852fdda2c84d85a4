import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { startModelServer } from "@mindmesh/model-server";
import { createTestDatabase, eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

test("a server that is killed while a call waits: the answer keeps the call as not done, an approval does nothing, and Continue tells the model", async () => {
  const models = await startModelServer();
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-killed-tool-"));
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible,
  };
  let server = await startServerProcess(environment);
  try {
    const response = await fetch(`${server.url}/api/auth/sign-up`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "ann@example.org", password: "correct horse", name: "Ann" }),
    });
    const { workspaces } = (await response.json()) as { workspaces: { id: string }[] };
    const workspaceId = workspaces[0]?.id ?? "";
    const cookie = response.headers.getSetCookie().join(";");
    const token = /mm_access=([^;]+)/.exec(cookie)?.[1] ?? "";
    const clients = () => {
      const options = { baseUrl: server.url, token: () => token };
      return { chat: createClient(chatRoutes, options), tools: createClient(toolRoutes, options) };
    };

    const { id: conversationId } = await clients().chat.createConversation({
      params: { workspaceId },
      body: { useTools: true },
    });
    const place = { workspaceId, conversationId };
    const asked = await clients().chat.sendMessage({
      params: place,
      body: { text: "[[tool=chat_emptyTrash]] Empty my trash", parentId: null },
    });
    const params = { ...place, messageId: asked.answer.id };
    const callInState = (state: string) =>
      eventually(async () => {
        const call = (await clients().chat.getMessage({ params })).toolCalls.at(-1);
        if (call?.state !== state) throw new Error(`the call is ${call?.state}`);
        return call;
      }, 60);
    const waiting = await callInState("waiting");

    server.child.kill("SIGKILL");
    await server.ended;
    server = await startServerProcess(environment);
    const closed = await callInState("cancelled");
    expect(closed).toMatchObject({ id: waiting.id, error: expect.stringMatching(/was not done/) });
    expect(await clients().chat.getMessage({ params })).toMatchObject({ status: "interrupted" });
    const decide = (call: { id: string; argumentsHash: string | null }) =>
      clients().tools.approveToolCall({
        params: { workspaceId, callId: call.id },
        body: { argumentsHash: call.argumentsHash ?? "" },
      });
    await eventually(() => expect(decide(waiting)).rejects.toMatchObject({ status: 409 }), 30);

    await clients().chat.continueAnswer({ params, body: {} });
    await eventually(async () => {
      const message = await clients().chat.getMessage({ params });
      expect(message.status).toBe("complete");
      expect(message.toolCalls.map(({ state }) => state)).toEqual(["cancelled"]);
    }, 30);
  } finally {
    server.child.kill("SIGKILL");
    await server.ended;
    await models.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
