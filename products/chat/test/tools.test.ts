import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let ann: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.signUp("Ann");
});
afterAll(() => server.close());

const call = async (name: string, input: Record<string, unknown> = {}, who = ann) =>
  (await who.tools.callTool({ params: { workspaceId: who.workspaceId, name }, body: { input } })).output as Record<
    string,
    unknown
  >;

/** Asks for a critical call, approves it as the page does, and calls it. */
async function callApproved(name: string, input: Record<string, unknown>) {
  const params = { workspaceId: ann.workspaceId, name };
  const { call: waiting } = await ann.tools.callTool({ params, body: { input } });
  expect(waiting.state).toBe("waiting");
  const { argumentsHash } = waiting;
  await ann.tools.approveToolCall({ params: { ...params, callId: waiting.id }, body: { argumentsHash } });
  return ann.tools.callTool({ params, body: { input, approvalId: waiting.id } });
}

test("the list of tools names those of Chat and files, with the shape of their arguments", async () => {
  const { items } = await ann.tools.listTools({ params: { workspaceId: ann.workspaceId } });
  const names = items.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["chat.search", "chat.readConversation", "files.readText"]));
  expect(items.find(({ name }) => name === "chat.deleteConversation")).toMatchObject({
    risk: "critical",
    inputSchema: { required: ["conversationId"], additionalProperties: false },
  });
});

test("a conversation is made, found, filed, tagged, trashed and deleted for good with tools alone", async () => {
  const folder = await call("chat.createFolder", { name: "Gardens" });
  const made = await call("chat.createConversation", { title: "Roses in winter" });
  const conversationId = made["id"];
  await call("chat.changeConversation", { conversationId, folderId: folder["id"], tags: ["Plants"], pinned: true });
  expect(await call("chat.listConversations", { tag: "plants" })).toMatchObject({
    items: [{ id: conversationId, folderId: folder["id"], tags: ["plants"], pinned: true }],
  });
  expect(await call("chat.search", { query: "roses" })).toMatchObject({
    hits: [{ conversationId, excerpt: "Roses in winter" }],
  });
  expect(await call("chat.readConversation", { conversationId })).toMatchObject({ total: 0, messages: [] });
  expect(await call("chat.listFolders")).toMatchObject({ folders: [{ name: "Gardens" }] });
  expect(await call("chat.listTags")).toMatchObject({ tags: [{ tag: "plants", count: 1 }] });
  expect((await callApproved("chat.shareConversation", { conversationId, shared: true })).output).toMatchObject({
    shared: true,
  });
  await call("chat.trashConversation", { conversationId });
  expect((await callApproved("chat.deleteConversation", { conversationId })).output).toEqual({ deleted: true });
  await expect(call("chat.readConversation", { conversationId })).rejects.toMatchObject({ status: 404 });
});

test("a tool shows a person no more than the page does", async () => {
  const bob = await server.signUp("Bob");
  const made = await call("chat.createConversation", { title: "Private plans" });
  const conversationId = made["id"] as string;
  await expect(call("chat.readConversation", { conversationId }, bob)).rejects.toMatchObject({ status: 404 });
  expect(await call("chat.search", { query: "private" }, bob)).toEqual({ hits: [] });
  const elsewhere = { workspaceId: ann.workspaceId, name: "chat.search" };
  await expect(bob.tools.callTool({ params: elsewhere, body: { input: { query: "x" } } })).rejects.toMatchObject({
    status: 404,
  });
});

test("wrong arguments and unknown tools are refused over HTTP in plain words", async () => {
  await expect(call("chat.search", { query: "" })).rejects.toMatchObject({
    status: 422,
    fields: { query: expect.any(String) },
  });
  await expect(call("chat.nothing")).rejects.toMatchObject({
    status: 404,
    message: expect.stringMatching(/chat.nothing/),
  });
});

test("files are listed and their text is read; deleting one waits for approval", async () => {
  const upload = await ann.fetch(`/api/workspaces/${ann.workspaceId}/files?name=notes.txt`, {
    method: "POST",
    body: "The meeting is at nine.",
  });
  const { id: fileId } = (await upload.json()) as { id: string };
  expect(await call("files.list", { name: "NOTES" })).toMatchObject({ files: [{ id: fileId, name: "notes.txt" }] });
  await expect
    .poll(() => call("files.readText", { fileId, from: 4, characters: 7 }))
    .toMatchObject({ text: "meeting" });
  expect((await callApproved("files.delete", { fileId })).output).toEqual({ deleted: true });
  expect(await call("files.list")).toEqual({ files: [] });
});

test("calls can be looked up, refused and cancelled", async () => {
  const params = { workspaceId: ann.workspaceId, name: "chat.emptyTrash" };
  const [one, two] = await Promise.all([1, 2].map(async () => (await ann.tools.callTool({ params, body: {} })).call));
  if (!one || !two) throw new Error("no calls");
  const refused = await ann.tools.refuseToolCall({ params: { ...params, callId: one.id } });
  expect(refused).toMatchObject({ state: "refused", arguments: {}, origin: "page" });
  expect(await ann.tools.cancelToolCall({ params: { ...params, callId: two.id } })).toMatchObject({
    state: "cancelled",
  });
  await expect(ann.tools.cancelToolCall({ params: { ...params, callId: two.id } })).rejects.toMatchObject({
    status: 409,
  });
  const page = await ann.tools.listToolCalls({ params, query: { state: "refused" } });
  expect(page.items.map(({ id }) => id)).toEqual([one.id]);
  expect(await ann.tools.getToolCall({ params: { ...params, callId: one.id } })).toMatchObject({ id: one.id });
});
