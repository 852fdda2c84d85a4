import { type ChatImport, chatImport } from "@mindmesh/contracts/chat";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZipFile } from "yazl";

let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  ann = await server.signUp("Ann");
});

afterAll(() => server.close());

const params = () => ({ workspaceId: ann.workspaceId });

async function importFile(name: string, content: string | Buffer<ArrayBuffer>): Promise<ChatImport> {
  const response = await ann.fetch(`/api/workspaces/${ann.workspaceId}/chat/imports?name=${name}`, {
    method: "POST",
    body: content,
    headers: { "content-type": "application/octet-stream" },
  });
  expect(response.status).toBe(201);
  const started = chatImport.parse(await response.json());
  return eventually(async () => {
    const { items } = await ann.chat.listImports({ params: params() });
    const ended = items.find((item) => item.id === started.id);
    expect(ended?.state).not.toMatch(/waiting|running/);
    return ended!;
  }, 20);
}

function zipOf(files: Record<string, string>): Promise<Buffer<ArrayBuffer>> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    zip.outputStream.on("data", (chunk: Buffer) => chunks.push(chunk));
    zip.outputStream.on("end", () => resolve(Buffer.concat(chunks)));
    zip.outputStream.on("error", reject);
  });
}

const node = (id: string, parent: string | null, role: string, text: string | null, more: object = {}) => ({
  [id]: {
    id,
    parent,
    children: [],
    message:
      text === null
        ? null
        : {
            author: { role },
            create_time: 1_700_000_000,
            content: { content_type: "text", parts: [text] },
            metadata: more,
          },
  },
});

const chatGptExport = [
  {
    conversation_id: "c-1",
    title: "Sourdough",
    create_time: 1_700_000_000.5,
    update_time: 1_700_000_100,
    current_node: "a2",
    mapping: {
      ...node("root", null, "", null),
      ...node("sys", "root", "system", "be helpful"),
      ...node("q1", "sys", "user", "How do I feed a starter?"),
      ...node("a1", "q1", "assistant", "Old answer", { model_slug: "gpt-4o" }),
      ...node("a2", "q1", "assistant", "Equal parts flour and water.\u0000", { model_slug: "gpt-4o" }),
    },
  },
  { conversation_id: "c-2", title: "", mapping: { ...node("r", null, "", null) } },
  { unknown: "shape" },
];

const claudeExport = [
  {
    uuid: "0198-a",
    name: "Hike plan",
    created_at: "2026-01-02T03:04:05.678Z",
    updated_at: "2026-01-02T04:00:00Z",
    chat_messages: [
      {
        uuid: "m1",
        sender: "human",
        text: "Plan a hike",
        created_at: "2026-01-02T03:04:05Z",
        attachments: [{ file_name: "map.txt", extracted_content: "north\nsouth" }],
      },
      {
        uuid: "m2",
        sender: "assistant",
        text: "",
        content: [
          { type: "thinking", thinking: "let me see" },
          { type: "text", text: "Start early." },
        ],
      },
    ],
  },
];

async function conversations() {
  return (await ann.chat.listConversations({ params: params(), query: { limit: 200 } })).items;
}

test("a ChatGPT export comes in with its branches, models and times; what is unreadable is counted", async () => {
  const zip = await zipOf({
    "user.json": "{}",
    "conversations.json": JSON.stringify(chatGptExport),
    "chat.html": "<html>",
  });
  const done = await importFile("export.zip", zip);
  expect(done).toMatchObject({
    state: "done",
    source: "chatgpt",
    conversationsAdded: 1,
    messagesAdded: 3,
    skipped: 1,
    progress: 1,
  });
  const [found] = (await conversations()).filter((each) => each.title === "Sourdough");
  expect(found?.createdAt).toBe("2023-11-14T22:13:20.500Z");
  const read = await ann.chat.getConversation({ params: { ...params(), conversationId: found?.id ?? "" } });
  const current = read.messages.find((each) => each.id === read.conversation.currentMessageId);
  expect(current).toMatchObject({ text: "Equal parts flour and water.", model: "openai/gpt-4o", role: "assistant" });
  expect(read.messages.filter((each) => each.parentId === current?.parentId)).toHaveLength(2);
});

test("the same file again adds nothing; a later export adds only the new messages", async () => {
  const before = (await conversations()).length;
  const again = await importFile("conversations.json", JSON.stringify(chatGptExport));
  expect(again).toMatchObject({ state: "done", conversationsAdded: 0, conversationsKnown: 1, messagesAdded: 0 });
  const later = structuredClone(chatGptExport);
  Object.assign(later[0]?.mapping ?? {}, node("q2", "a2", "user", "And how often?"));
  const more = await importFile("conversations.json", JSON.stringify(later));
  expect(more).toMatchObject({ conversationsKnown: 1, messagesAdded: 1 });
  expect((await conversations()).length).toBe(before);
});

test("a Claude export comes in with thinking and attachments, and can be searched", async () => {
  const done = await importFile("claude.zip", await zipOf({ "conversations.json": JSON.stringify(claudeExport) }));
  expect(done).toMatchObject({ state: "done", conversationsAdded: 1, messagesAdded: 2 });
  const [hit] = (await ann.chat.search({ params: params(), query: { q: "start early" } })).items;
  expect(hit?.conversationTitle).toBe("Hike plan");
  const read = await ann.chat.getConversation({ params: { ...params(), conversationId: hit?.conversationId ?? "" } });
  expect(read.messages[0]?.text).toContain("> south");
  expect(read.messages[1]?.reasoning).toBe("let me see");
});

test("what is no export, or is damaged, ends with a sentence that says so", async () => {
  for (const content of ["hello", "", "{}", Buffer.from("PK\u0003\u0004 not a zip")]) {
    expect(await importFile("x", content)).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/not an export/),
    });
  }
  expect(await importFile("x.json", '[{"a": 1}]')).toMatchObject({ state: "failed", skipped: 1 });
  const cut = JSON.stringify([...claudeExport, ...chatGptExport]).slice(0, -40);
  expect(await importFile("cut.json", cut)).toMatchObject({ state: "failed", error: expect.stringMatching(/damaged/) });
});

test("an import can be cancelled, and somebody else's is not to be seen", async () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({ ...claudeExport[0], uuid: `many-${index}` }));
  const response = await ann.fetch(`/api/workspaces/${ann.workspaceId}/chat/imports?name=many.json`, {
    method: "POST",
    body: JSON.stringify(many),
  });
  const { id } = chatImport.parse(await response.json());
  const bob = await server.signUp("Bob");
  await expect(bob.chat.cancelImport({ params: { ...params(), importId: id } })).rejects.toMatchObject({ status: 404 });
  await ann.chat.cancelImport({ params: { ...params(), importId: id } });
  await expect(ann.chat.cancelImport({ params: { ...params(), importId: id } })).rejects.toMatchObject({ status: 409 });
  const { items } = await ann.chat.listImports({ params: params() });
  expect(items.find((item) => item.id === id)?.state).toBe("cancelled");
});
