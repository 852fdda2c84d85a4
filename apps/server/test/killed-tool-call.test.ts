import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { startModelServer } from "@mindmesh/model-server";
import { createTestDatabase, eventually } from "@mindmesh/test-support";
import { Pool } from "pg";
import { expect, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

test("a server that is killed while a call waits: the next one goes on waiting, and on approval the answer comes by itself", async () => {
  const models = await startModelServer();
  const database = await createTestDatabase();
  const rows = new Pool({ connectionString: database.url, max: 1 });
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
    // The same call, on the new server, with the answer still arriving.
    await eventually(async () => {
      const owners = await rows.query(
        "SELECT 1 FROM chat.messages m JOIN kernel.servers s ON s.id = m.server_id AND s.pid = $1",
        [server.child.pid],
      );
      expect(owners.rowCount).toBe(1);
    }, 60);
    expect(await callInState("waiting")).toMatchObject({ id: waiting.id });
    expect(await clients().chat.getMessage({ params })).toMatchObject({ status: "streaming" });
    await clients().tools.approveToolCall({
      params: { workspaceId, callId: waiting.id },
      body: { argumentsHash: waiting.argumentsHash ?? "" },
    });
    await eventually(async () => {
      const message = await clients().chat.getMessage({ params });
      expect(message).toMatchObject({ status: "complete", toolCalls: [{ id: waiting.id, state: "done" }] });
    }, 60);

    // A server that is stopped properly hands over as well.
    const again = await clients().chat.sendMessage({
      params: place,
      body: { text: "[[tool=chat_emptyTrash]] Empty my trash again", parentId: params.messageId },
    });
    params.messageId = again.answer.id;
    const second = await callInState("waiting");
    server.child.kill("SIGTERM");
    await server.ended;
    server = await startServerProcess(environment);
    await clients().tools.approveToolCall({
      params: { workspaceId, callId: second.id },
      body: { argumentsHash: second.argumentsHash ?? "" },
    });
    await eventually(async () => {
      const message = await clients().chat.getMessage({ params });
      expect(message).toMatchObject({ status: "complete", toolCalls: [{ id: second.id, state: "done" }] });
    }, 60);
  } finally {
    server.child.kill("SIGKILL");
    await server.ended;
    await models.close();
    await rows.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
