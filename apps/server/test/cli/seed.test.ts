import { seedMessages } from "@mindmesh/chat/seed";
import { openDatabase, type Database } from "@mindmesh/kernel/db";
import { type TestPerson, type TestServer, createTestDatabase, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspace } from "../../src/cli/demo/people.ts";
import { seedDemo } from "../../src/cli/demo/seed-demo.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let server: TestServer;
let owner: TestPerson;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ databaseUrl: database.url });
  owner = await server.signUp();
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await server.close();
  await database.drop();
});

const params = { workspaceId: demoWorkspace.id };

describe("the demo", () => {
  it("gives its owner a workspace with people, folders, tags, presets, branches and an answer to continue", async () => {
    expect(await seedDemo(db, owner.personId)).toEqual({ conversations: 15, messages: 56, people: 4 });
    const me = await owner.identity.me({});
    expect(me.workspaces.map(({ name }) => name)).toContain("Tidewater Coffee (demo)");

    const { items } = await owner.chat.listConversations({ params, query: { limit: 100 } });
    expect(items.filter(({ pinned }) => pinned).map(({ title }) => title)).toEqual([
      "Weekly numbers for the Monday meeting",
      "Why did checkout slow down on Thursday?",
    ]);
    const folders = await owner.chat.listFolders({ params });
    expect(folders.items.map(({ name }) => name)).toEqual(["Engineering", "Growth", "Study"]);
    const presets = await owner.chat.listPresets({ params });
    expect(presets.items.map(({ name }) => name).toSorted()).toEqual([
      "Plain-spoken editor",
      "SQL reviewer",
      "Socratic tutor",
    ]);

    const weekly = items.find(({ title }) => title.startsWith("Weekly"));
    const read = await owner.chat.getConversation({ params: { ...params, conversationId: weekly?.id ?? "" } });
    expect(read.messages).toHaveLength(5);
    const first = read.messages[0]?.id;
    expect(read.messages.filter(({ parentId }) => parentId === first)).toHaveLength(2);
    expect(read.messages.find(({ id }) => id === read.conversation.currentMessageId)?.text).toContain("suggestive");

    const all = await server.sql<{ text: string; status: string }>(
      "SELECT text, status FROM chat.messages WHERE workspace_id = $1",
      [demoWorkspace.id],
    );
    expect(all.filter(({ status }) => status === "interrupted")).toHaveLength(1);
    for (const mark of ["```mermaid", "```python", "$$", "|---", "=== "]) {
      const found = all.some(({ text }) => text.replaceAll(/[ :]/g, "").includes(mark.trim()));
      expect(found, mark).toBe(mark !== "=== ");
    }
  });

  it("adds nothing a second time, and leaves alone what was changed in it", async () => {
    const { items } = await owner.chat.listConversations({ params, query: { limit: 100 } });
    const [conversation] = items;
    await owner.chat.updateConversation({
      params: { ...params, conversationId: conversation?.id ?? "" },
      body: { title: "Renamed", trashed: true },
    });
    const before = await server.sql("SELECT * FROM chat.conversations ORDER BY id");
    expect(await seedDemo(db, owner.personId)).toBeNull();
    expect(await server.sql("SELECT * FROM chat.conversations ORDER BY id")).toEqual(before);
  });

  it("lets nobody sign in as one of the colleagues", async () => {
    const answer = await fetch(`${server.url}/api/auth/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "maya@tidewater.example", password: "" }),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const [maya] = await server.sql("SELECT password_hash FROM kernel.people WHERE email = 'maya@tidewater.example'");
    expect(maya).toEqual({ password_hash: null });
  });
});

describe("messages for measurements", () => {
  it("are found by the search of whoever owns them", async () => {
    const { workspaceId } = owner;
    await db.system((tx) => seedMessages(tx.client, { workspaceId, ownerId: owner.personId, messages: 410 }));
    const [counts] = await server.sql(
      `SELECT (SELECT count(*)::int FROM chat.messages WHERE workspace_id = $1) AS messages,
              (SELECT count(*)::int FROM chat.conversations WHERE workspace_id = $1) AS conversations,
              (SELECT count(*)::int FROM chat.conversations c JOIN chat.messages m ON m.id = c.current_message_id
               WHERE c.workspace_id = $1) AS shown`,
      [workspaceId],
    );
    expect(counts).toEqual({ messages: 410, conversations: 21, shown: 21 });
    const found = await owner.chat.search({ params: { workspaceId }, query: { q: "database" } });
    expect(found.items.length).toBeGreaterThan(0);
  });
});
