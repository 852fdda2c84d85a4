import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { startModelServer } from "@mindmesh/model-server";
import { eventually } from "@mindmesh/test-support";
import { expect, onTestFinished, test } from "vitest";
import { startKillableServer } from "./killable-server.ts";

test("a server that is killed while a call waits: the next one goes on waiting, and on approval the answer comes by itself", async () => {
  const models = await startModelServer();
  onTestFinished(() => models.close());
  await using server = await startKillableServer({ OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible });
  const { sql, workspaceId } = server;
  const clients = () => {
    const options = server.options();
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
  const approvedAndDone = async ({ id, argumentsHash }: Awaited<ReturnType<typeof callInState>>) => {
    const body = { argumentsHash: argumentsHash ?? "" };
    await clients().tools.approveToolCall({ params: { workspaceId, callId: id }, body });
    await eventually(async () => {
      const message = await clients().chat.getMessage({ params });
      expect(message).toMatchObject({ status: "complete", toolCalls: [{ id, state: "done" }] });
    }, 60);
  };
  const waiting = await callInState("waiting");

  await server.kill();
  await server.startAgain();
  // The same call, on the new server, with the answer still arriving.
  await eventually(async () => {
    const owners = await sql.query(
      "SELECT 1 FROM chat.messages m JOIN kernel.servers s ON s.id = m.server_id AND s.pid = $1",
      [server.process().child.pid],
    );
    expect(owners.rowCount).toBe(1);
  }, 60);
  expect(await callInState("waiting")).toMatchObject({ id: waiting.id });
  expect(await clients().chat.getMessage({ params })).toMatchObject({ status: "streaming" });
  await approvedAndDone(waiting);

  // A server that is stopped properly hands over as well.
  const again = await clients().chat.sendMessage({
    params: place,
    body: { text: "[[tool=chat_emptyTrash]] Empty my trash again", parentId: params.messageId },
  });
  params.messageId = again.answer.id;
  const second = await callInState("waiting");
  await server.kill("SIGTERM");
  await server.startAgain();
  await approvedAndDone(second);
}, 180_000);
