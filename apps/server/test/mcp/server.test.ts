import { request } from "node:http";
import { createClient } from "@mindmesh/client";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let ada: TestPerson;
const clients: Client[] = [];
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await server.close();
});

async function newKey(scope: "read" | "write" | "admin", person = ada): Promise<string> {
  const workspaces = createClient(workspaceRoutes, { baseUrl: server.url, token: () => person.accessToken });
  const { secret } = await workspaces.createApiKey({
    params: { workspaceId: person.workspaceId },
    body: { name: "MCP", scope, expiresInDays: null },
  });
  return secret;
}

async function connected(key: string, mode: "legacy" | "auto" = "legacy"): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  await client.connect(transport);
  clients.push(client);
  return client;
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? "";

describe("Mindmesh as an MCP server", () => {
  it("shows the tools that the key's person may use, and no others", async () => {
    const writer = await connected(await newKey("write"));
    const names = (await writer.listTools()).tools.map(({ name }) => name);
    expect(names).toContain("chat_listConversations");
    const reader = await connected(await newKey("read"));
    const { tools } = await reader.listTools();
    expect(tools.length).toBeLessThan(names.length);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(tools[0]?.inputSchema).toMatchObject({ type: "object" });
  });

  it("tells who listens that their tools or prompts have changed, and nobody of another workspace", async () => {
    const bob = await server.signUp("Bob");
    const told: string[] = [];
    const listen = async (name: string, key: string) => {
      const client = await connected(key, "auto");
      client.setNotificationHandler("notifications/tools/list_changed", () => void told.push(name));
      client.setNotificationHandler("notifications/prompts/list_changed", () => void told.push(`${name}'s prompts`));
      expect(client.getServerCapabilities()).toMatchObject({
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: false },
      });
      return client.listen({ toolsListChanged: true, promptsListChanged: true });
    };
    const own = await listen("Ada", await newKey("write"));
    await listen("Bob", await newKey("write", bob));
    const { tools } = ada;
    const place = { workspaceId: ada.workspaceId, name: "chat.search" };
    await tools.switchTool({ params: place, body: { enabled: false } });
    await eventually(() => {
      expect(told).toContain("Ada");
    });
    const client = await connected(await newKey("write"));
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain("chat_search");
    await tools.switchTool({ params: place, body: { enabled: true } });
    await eventually(() => {
      expect(told.length).toBeGreaterThan(1);
    });
    expect(told).not.toContain("Ada's prompts");
    const preset = { name: "Brief", systemPrompt: "Be brief.", model: null, shared: false };
    const { id: presetId } = await ada.chat.createPreset({
      params: { workspaceId: ada.workspaceId },
      body: preset,
    });
    await ada.chat.deletePreset({ params: { workspaceId: ada.workspaceId, presetId } });
    await eventually(() => {
      expect(told.filter((each) => each === "Ada's prompts")).toHaveLength(2);
    });
    expect(told.join()).not.toContain("Bob");
    // Whose role has changed is asked at the door what they may do now.
    await server.sql("UPDATE kernel.members SET role = role WHERE person_id = $1", [ada.personId]);
    expect(await own.closed).toBe("remote");
  });

  it("refuses a page whose name was made to lead here, although its origin and host agree", async () => {
    const authorization = `Bearer ${await newKey("write")}`;
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const headers = { host, origin: `http://${host}`, authorization, "content-type": "application/json" };
        const asked = request(
          `${server.url}/mcp`,
          { method: "POST", headers: { ...headers, accept: "*/*" } },
          (answer) => resolve(answer.resume().statusCode),
        );
        asked.on("error", reject).end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }));
      });
    expect(await status("evil.example.com")).toBe(403);
    expect(await status("localhost")).not.toBe(403);
  });

  it("calls a tool in the name of the person, and records it as a call by MCP", async () => {
    await ada.chat.createConversation({ params: { workspaceId: ada.workspaceId }, body: { title: "Budget 2027" } });
    const client = await connected(await newKey("write"));
    const result = await client.callTool({ name: "chat_listConversations", arguments: {} });
    expect(result.isError).toBeFalsy();
    expect(textOf(result)).toContain("Budget 2027");
    const rows = await server.sql("SELECT tool, origin, state FROM kernel.tool_calls WHERE origin = 'mcp'");
    expect(rows).toContainEqual({ tool: "chat.listConversations", origin: "mcp", state: "done" });
  });

  it("tells of wrong arguments and of a tool that does not exist", async () => {
    const client = await connected(await newKey("write"));
    const wrong = await client.callTool({ name: "chat_listConversations", arguments: { nonsense: 1 } });
    expect(wrong.isError).toBe(true);
    expect(textOf(wrong)).toContain("invalid_fields");
    await expect(client.callTool({ name: "chat_nothing", arguments: {} })).rejects.toThrow(/no tool named/);
  });

  it("lets a critical tool wait for approval, and runs it once when it is asked for again", async () => {
    const conversation = await ada.chat.createConversation({
      params: { workspaceId: ada.workspaceId },
      body: { title: "To be deleted" },
    });
    const client = await connected(await newKey("admin"));
    const { tools } = await client.listTools();
    const critical = tools.find(({ annotations }) => annotations?.destructiveHint)?.name ?? "";
    expect(critical).toBe("chat_deleteConversation");
    // Only what lies in the trash can be deleted for good.
    await client.callTool({ name: "chat_trashConversation", arguments: { conversationId: conversation.id } });
    const call = () => client.callTool({ name: critical, arguments: { conversationId: conversation.id } });
    expect(textOf(await call())).toContain("waits for approval");
    expect(textOf(await call())).toContain("waits for approval");
    const api = createClient(toolRoutes, { baseUrl: server.url, token: () => ada.accessToken });
    const params = { workspaceId: ada.workspaceId };
    const { items } = await api.listToolCalls({ params, query: { state: "waiting" } });
    expect(items).toHaveLength(1);
    const [waiting] = items;
    await api.approveToolCall({
      params: { ...params, callId: waiting?.id ?? "" },
      body: { argumentsHash: waiting?.argumentsHash ?? "" },
    });
    expect(await call()).not.toHaveProperty("isError");
    const rows = await server.sql("SELECT id FROM chat.conversations WHERE id = $1", [conversation.id]);
    expect(rows).toEqual([]);
    expect(textOf(await call())).toContain("waits for approval");
  });

  it("gives conversations and files to read, in pages, and only what the person may read", async () => {
    const cy = await server.signUp("Cy");
    const params = { workspaceId: cy.workspaceId };
    for (let number = 1; number <= 105; number += 1) {
      await cy.chat.createConversation({ params, body: { title: `Talk ${number}` } });
    }
    const uploaded = await cy.fetch(`/api/workspaces/${cy.workspaceId}/files?name=notes.txt`, {
      method: "POST",
      body: "Remember the milk",
      headers: { "content-type": "application/octet-stream" },
    });
    expect(uploaded.status).toBe(201);
    const client = await connected(await newKey("read", cy));
    const first = await client.listResources({});
    expect(first.resources[0]).toMatchObject({ title: "Talk 105", mimeType: "text/markdown" });
    const all = [...first.resources];
    for (let cursor = first.nextCursor; cursor !== undefined;) {
      const page = await client.listResources({ cursor });
      all.push(...page.resources);
      cursor = page.nextCursor;
    }
    expect(all).toHaveLength(106);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "mindmesh://conversations/{id}",
      "mindmesh://files/{id}",
    ]);
    const talk = await client.readResource({ uri: all[0]?.uri ?? "" });
    expect(talk.contents[0]).toMatchObject({ text: expect.stringContaining("# Talk 105") as string });
    const file = all.find(({ title }) => title === "notes.txt")?.uri ?? "";
    await eventually(async () => {
      const { contents } = await client.readResource({ uri: file });
      expect(contents[0]).toMatchObject({ text: "Remember the milk" });
    });

    const stranger = await connected(await newKey("read"));
    for (const uri of [file, all[0]?.uri ?? "", "mindmesh://files/none", "mindmesh://people/1", "file:///etc/passwd"]) {
      await expect(stranger.readResource({ uri }), uri).rejects.toThrow(/not found/i);
    }
    await expect(client.listResources({ cursor: "nonsense" })).rejects.toThrow(/cursor/);
  });

  it("offers the person's presets as prompts", async () => {
    const params = { workspaceId: ada.workspaceId };
    for (const name of ["Straffe Übersetzung", "straffe übersetzung"]) {
      await ada.chat.createPreset({
        params,
        body: { name, systemPrompt: "Translate, tersely.", model: null, shared: false },
      });
    }
    const client = await connected(await newKey("read"));
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["straffe-ubersetzung", "straffe-ubersetzung-2"]);
    const got = await client.getPrompt({ name: prompts[0]?.name ?? "", arguments: { request: "Guten Tag" } });
    expect(got.messages).toEqual([
      { role: "user", content: { type: "text", text: "Translate, tersely.\n\nGuten Tag" } },
    ]);
    await expect(client.getPrompt({ name: "nothing" })).rejects.toThrow(/no prompt named/);
  });

  it("refuses whoever brings no key, and has no sessions to listen to", async () => {
    const response = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm="Mindmesh", resource_metadata="/);
    const key = await newKey("read");
    const listening = await fetch(`${server.url}/mcp`, { headers: { authorization: `Bearer ${key}` } });
    expect(listening.status).toBe(405);
  });
});
