import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

const password = "correct horse";
let server: TestServer;
let bob: TestPerson;
let ann: TestPerson;
let place: { workspaceId: string };

beforeAll(async () => {
  server = await startTestServer();
  bob = await server.signUp("Bob");
  ann = await server.signUp("Ann");
  place = { workspaceId: bob.workspaceId };
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    bob.workspaceId,
    ann.personId,
  ]);
});

afterAll(() => server.close());

/** A conversation that is shared with the workspace, with a first message; without a model it has no answer. */
async function shared(person: TestPerson, text: string) {
  const { id } = await person.chat.createConversation({ params: place, body: { title: text } });
  const params = { ...place, conversationId: id };
  await person.chat.sendMessage({ params, body: { text, parentId: null } });
  await person.chat.updateConversation({ params, body: { shared: true } });
  return params;
}

const post = (path: string, body: object) =>
  ann.fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

test("the file with somebody's data holds their conversations, folders, presets and what they wrote elsewhere", async () => {
  const own = await shared(ann, "Ann’s plan");
  const bobs = await shared(bob, "Bob’s plan");
  const read = await ann.chat.getConversation({ params: bobs });
  const last = read.messages.at(-1)?.id ?? null;
  await ann.chat.sendMessage({ params: bobs, body: { text: "Ann agrees", parentId: last } });
  await ann.chat.createFolder({ params: place, body: { name: "Ann’s folder" } });
  await ann.chat.createPreset({ params: place, body: { name: "Ann’s preset", systemPrompt: "Be brief." } });

  expect((await post("/api/me/export", { password })).status).toBe(201);
  const exportId = await eventually(async () => {
    const { export: made } = (await (await ann.fetch("/api/me/export")).json()) as {
      export: { id: string; state: string };
    };
    expect(made.state).toBe("ready");
    return made.id;
  }, 20);
  const text = await (await ann.fetch(`/api/me/export/${exportId}/file`)).text();
  const { chat } = JSON.parse(text) as {
    chat: Record<string, { id: string; name: string; text: string; messages: { text: string }[] }[]>;
  };
  expect(chat["conversations"]?.map(({ id }) => id)).toEqual([own.conversationId]);
  expect(chat["conversations"]?.[0]?.messages[0]?.text).toBe("Ann’s plan");
  expect(chat["folders"]?.map(({ name }) => name)).toEqual(["Ann’s folder"]);
  expect(chat["presets"]?.map(({ name }) => name)).toEqual(["Ann’s preset"]);
  expect(chat["messagesInOthersConversations"]?.map((message) => message.text)).toEqual(["Ann agrees"]);
  expect(text).not.toContain("Bob’s plan");
});

test("deleting the account deletes their conversations with the public links, and empties their words elsewhere", async () => {
  const [own] = (await ann.chat.listConversations({ params: place, query: {} })).items.filter(
    ({ ownerId }) => ownerId === ann.personId,
  );
  const params = { ...place, conversationId: own?.id ?? "" };
  const { url } = await ann.chat.publishConversation({ params });
  const link = new URL(url).pathname;
  expect((await fetch(`${server.url}${link}`)).status).toBe(200);

  expect((await post("/api/me/delete", { password, email: ann.me.person.email })).status).toBe(204);
  expect((await fetch(`${server.url}${link}`)).status).toBe(404);
  await expect(bob.chat.getConversation({ params })).rejects.toMatchObject({ status: 404 });
  const left = await server.sql<{ text: string }>("SELECT text FROM chat.messages WHERE role = 'user' ORDER BY id");
  expect(left.map(({ text }) => text)).toEqual(["Bob’s plan", ""]);
  for (const table of ["folders", "presets"]) {
    expect(await server.sql(`SELECT 1 FROM chat.${table} WHERE owner_id = $1`, [ann.personId])).toEqual([]);
  }
});
