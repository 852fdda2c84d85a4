import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let ann: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  ann = await server.signUp("Ann");
  bob = await server.signUp("Bob");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    ann.workspaceId,
    bob.personId,
  ]);
});

afterAll(() => server.close());

const find = async (q: string, person = ann) =>
  (await person.chat.search({ params: { workspaceId: ann.workspaceId }, query: { q } })).items;

/** Conversations of a hundred messages each, by SQL; `text` is an expression of `n`, 0 for the newest message. */
async function seed(owner: TestPerson, name: string, messages: number, text: string) {
  await server.sql(
    `INSERT INTO chat.conversations (workspace_id, id, owner_id, title, updated_at)
     SELECT $1, md5($3 || n)::uuid, $2, 'Talk', now() - n * interval '100 minutes'
     FROM generate_series(0, ($4::int - 1) / 100) n`,
    [ann.workspaceId, owner.personId, name, messages],
  );
  await server.sql(
    `INSERT INTO chat.messages (workspace_id, id, conversation_id, role, text, status, created_at)
     SELECT $1, md5($2 || 'm' || n)::uuid, md5($2 || n / 100)::uuid, 'user', ${text}, 'complete',
       now() - n * interval '1 minute' FROM generate_series(0, $3::int - 1) n`,
    [ann.workspaceId, name, messages],
  );
}

test("messages whose ids an operator made by SQL are found like all others", async () => {
  await seed(ann, "odd", 1, "'an odd platypus'");
  const [hit] = await find("platypus");
  const { messageId = null, conversationId = "" } = hit ?? {};
  expect(messageId).not.toBeNull();
  const params = { workspaceId: ann.workspaceId, conversationId };
  expect((await ann.chat.getConversation({ params })).messages).toMatchObject([{ id: messageId }]);
});

test("among thousands of messages with the same word the newest are found, and rare words however old", async () => {
  await seed(ann, "many", 5000, "'everywhere ' || CASE n WHEN 4990 THEN 'needle ' ELSE '' END || 'number' || n");
  const common = await find("everywh");
  expect(common).toHaveLength(20);
  const newest = (hits: typeof common) =>
    hits.every(({ snippet }) => Number(/number(\d+)/.exec(snippet.map(({ text }) => text).join(""))?.[1]) < 2000);
  expect(newest(common)).toBe(true);
  expect(common[0]?.snippet[0]).toEqual({ text: "everywhere", match: true });
  expect(await find("needle")).toHaveLength(1);
  expect(await find("everywhere needle")).toHaveLength(1);
  expect(await find("number4999")).toHaveLength(1);
  expect(await find("number49")).toHaveLength(20);
});

test("a colleague's messages neither show nor hide one's own", async () => {
  await seed(bob, "bobs", 3000, "'zeppelin'");
  expect(await find("zeppelin")).toEqual([]);
  await seed(ann, "anns", 3, "'zeppelin of mine'");
  expect(await find("zeppelin")).toHaveLength(3);
  expect(await find("zeppelin", bob)).toHaveLength(20);
});

test.each([
  ["请帮我检查这个数据库的性能问题", "数据库", "数库"],
  ["東京タワーの高さを教えてください", "タワー", "タワ高"],
  ["ช่วยแปลภาษาอังกฤษ", "ภาษา", "ษาภา"],
  ["GPT模型 und Straße", "gpt模", "模gpt"],
])("inside of %s, which has no spaces, %s is found and marked, and %s is not", async (text, inside, outside) => {
  const id = (await ann.chat.createConversation({ params: { workspaceId: ann.workspaceId }, body: {} })).id;
  const params = { workspaceId: ann.workspaceId, conversationId: id };
  const { question } = await ann.chat.sendMessage({ params, body: { text, parentId: null } });
  const hit = (await find(inside)).find(({ messageId }) => messageId === question.id);
  expect(hit?.snippet.map((piece) => piece.text).join("")).toBe(text);
  expect(hit?.snippet.find(({ match }) => match)?.text.toLowerCase()).toBe(inside);
  expect(await find(outside)).toEqual([]);
});
