import { storedFile } from "@mindmesh/contracts/files";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  models = await startModelServer();
  server = await startTestServer({ environment: { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible } });
  ann = await server.signUp("Ann");
});

afterAll(async () => {
  await server.close();
  await models.close();
});

async function upload(name: string, content: string | Uint8Array<ArrayBuffer>) {
  const response = await ann.fetch(`/api/workspaces/${ann.workspaceId}/files?name=${encodeURIComponent(name)}`, {
    method: "POST",
    body: content,
    headers: { "content-type": "application/octet-stream" },
  });
  expect(response.status).toBe(201);
  return storedFile.parse(await response.json());
}

async function ask(text: string, fileIds: string[]) {
  const { id } = await ann.chat.createConversation({ params: { workspaceId: ann.workspaceId }, body: {} });
  const params = { workspaceId: ann.workspaceId, conversationId: id };
  const sent = await ann.chat.sendMessage({ params, body: { text, parentId: null, fileIds } });
  return eventually(async () => {
    const answer = await ann.chat.getMessage({ params: { ...params, messageId: sent.answer.id } });
    expect(answer.status).toBe("complete");
    return { sent, answer, params };
  });
}

// One red pixel.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

test("the text of a file and the bytes of an image reach the model with the question", async () => {
  const notes = await upload("notes.md", "# Plan\nThe launch is on the ninth of March.");
  const image = await upload("dot.png", png);
  const { sent, answer, params } = await ask("When is the launch?", [notes.id, image.id]);
  expect(sent.question.files.map((file) => file.name)).toEqual(["notes.md", "dot.png"]);
  const body = JSON.stringify(models.requests.at(-1)?.body);
  expect(body).toContain("ninth of March");
  expect(body).toContain("image/png;base64");
  expect(answer.notice).toBeNull();
  const { messages } = await ann.chat.getConversation({ params });
  expect(messages[0]?.files).toHaveLength(2);
});

test("a text longer than the model's window is cut, and the answer says by how much", async () => {
  const long = await upload("long.txt", "word ".repeat(100_000));
  const { answer } = await ask("Summarise", [long.id]);
  expect(answer.notice).toMatch(/long\.txt.+first 200,000 of 500,000 characters/);
});

test("a file without text is named to the model and the person, and the question is answered all the same", async () => {
  const blob = await upload(
    "data.bin",
    new Uint8Array(2000).map((_, index) => (index * 7) % 256),
  );
  const { answer } = await ask("What is in it?", [blob.id]);
  expect(answer.notice).toContain("data.bin");
});

test("files alone make a message; nothing at all, or a file that does not exist, is refused by field", async () => {
  const notes = await upload("only.txt", "just this");
  const { sent } = await ask("", [notes.id]);
  expect(sent.conversation.title).toBe("only.txt");
  await expect(ask("", [])).rejects.toMatchObject({ status: 422, fields: { text: expect.any(String) } });
  await expect(ask("x", [crypto.randomUUID()])).rejects.toMatchObject({
    status: 422,
    fields: { "fileIds.0": expect.stringMatching(/again/) },
  });
});

test("a colleague reads the files of a conversation while it is shared, and no longer", async () => {
  const bob = await server.signUp("Bob");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    ann.workspaceId,
    bob.personId,
  ]);
  const notes = await upload("shared.txt", "for all");
  const { params } = await ask("see", [notes.id]);
  const read = async () => (await bob.fetch(`/api/workspaces/${ann.workspaceId}/files/${notes.id}`)).status;
  expect(await read()).toBe(404);
  await ann.chat.updateConversation({ params, body: { shared: true } });
  expect(await read()).toBe(200);
  await ann.chat.updateConversation({ params, body: { shared: false } });
  expect(await read()).toBe(404);
});
