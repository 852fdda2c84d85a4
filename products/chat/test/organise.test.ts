import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import type { LoggedEvent } from "@mindmesh/contracts/realtime";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let ann: TestPerson;
/** A member of Ann's workspace. */
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

const inAnns = () => ({ workspaceId: ann.workspaceId });

async function conversation(body: Parameters<TestPerson["chat"]["createConversation"]>[0]["body"] = {}, person = ann) {
  const made = await person.chat.createConversation({ params: inAnns(), body });
  return { ...made, params: { ...inAnns(), conversationId: made.id } };
}

/** Without a model the question is stored all the same, and its answer says what is missing. */
async function write(place: { params: { workspaceId: string; conversationId: string } }, text: string) {
  return ann.chat.sendMessage({ params: place.params, body: { text, parentId: null } });
}

test("without a model the question is kept and the answer says what to do", async () => {
  const place = await conversation();
  const { answer } = await write(place, "Anybody there?");
  expect(answer).toMatchObject({ status: "failed", error: expect.stringMatching(/Settings/) });
  const { messages } = await ann.chat.getConversation({ params: place.params });
  expect(messages).toHaveLength(2);
});

test("rename, pin, tag, file, archive, trash, restore: each shows in its list", async () => {
  const folder = await ann.chat.createFolder({ params: inAnns(), body: { name: "Work" } });
  const place = await conversation({ title: "Budget" });
  const change = (body: Parameters<TestPerson["chat"]["updateConversation"]>[0]["body"]) =>
    ann.chat.updateConversation({ params: place.params, body });
  const ids = async (query: NonNullable<Parameters<TestPerson["chat"]["listConversations"]>[0]["query"]>) =>
    (await ann.chat.listConversations({ params: inAnns(), query })).items.map((item) => item.id);

  expect(
    await change({ title: "Budget 2027", pinned: true, tags: ["Money", "money"], folderId: folder.id }),
  ).toMatchObject({
    title: "Budget 2027",
    pinned: true,
    tags: ["money"],
    folderId: folder.id,
  });
  expect(await ids({ folderId: folder.id })).toEqual([place.id]);
  expect(await ids({ tag: "money" })).toEqual([place.id]);
  expect((await ann.chat.listTags({ params: inAnns() })).items).toContainEqual({ tag: "money", count: 1 });
  await change({ archived: true });
  expect(await ids({})).not.toContain(place.id);
  expect(await ids({ view: "archived" })).toContain(place.id);
  await change({ archived: false, trashed: true });
  expect(await ids({ view: "trash" })).toContain(place.id);
  expect(await ids({})).not.toContain(place.id);
  await change({ trashed: false });
  expect(await ids({})).toContain(place.id);
  await ann.chat.deleteFolder({ params: { ...inAnns(), folderId: folder.id } });
  expect(await ids({})).toContain(place.id);
});

test("only what is in the trash can be deleted for good", async () => {
  const place = await conversation();
  await expect(ann.chat.deleteConversation({ params: place.params })).rejects.toMatchObject({ status: 409 });
  await ann.chat.updateConversation({ params: place.params, body: { trashed: true } });
  await ann.chat.deleteConversation({ params: place.params });
  await expect(ann.chat.getConversation({ params: place.params })).rejects.toMatchObject({ status: 404 });
});

test("of two people who rename at once from the same version, the second is told", async () => {
  const place = await conversation({ title: "Ours" });
  const { version } = await ann.chat.updateConversation({ params: place.params, body: { shared: true } });
  const results = await Promise.allSettled([
    ann.chat.updateConversation({ params: place.params, body: { title: "Ann's", version } }),
    bob.chat.updateConversation({ params: place.params, body: { title: "Bob's", version } }),
  ]);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  expect(results.find((result) => result.status === "rejected")).toMatchObject({
    reason: { status: 409, code: "conflict" },
  });
});

test("a private conversation is nothing to a colleague; a shared one can be read, and its owner's settings not changed", async () => {
  const place = await conversation({ title: "Mine" });
  await expect(bob.chat.getConversation({ params: place.params })).rejects.toMatchObject({ status: 404 });
  await ann.chat.updateConversation({ params: place.params, body: { shared: true } });
  expect((await bob.chat.getConversation({ params: place.params })).conversation.title).toBe("Mine");
  const shared = await bob.chat.listConversations({ params: inAnns(), query: { view: "shared" } });
  expect(shared.items.map((item) => item.id)).toContain(place.id);
  await expect(bob.chat.updateConversation({ params: place.params, body: { trashed: true } })).rejects.toMatchObject({
    status: 403,
  });
});

test("events reach the colleague only for what is shared, in order and without repeats", async () => {
  const seen: LoggedEvent[] = [];
  const live = bob.live({ onEvent: (event) => seen.push(event) });
  live.follow(
    ann.workspaceId,
    Number(
      (
        await server.sql<{ seq: string }>(
          "SELECT coalesce(max(seq), 0) AS seq FROM kernel.events WHERE workspace_id = $1",
          [ann.workspaceId],
        )
      )[0]?.seq,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const place = await conversation({ title: "Secret plans" });
  await ann.chat.updateConversation({ params: place.params, body: { shared: true } });
  await ann.chat.updateConversation({ params: place.params, body: { title: "Open plans" } });
  await eventually(() => expect(JSON.stringify(seen)).toContain("Open plans"));
  expect(seen.map((event) => event.seq)).toEqual(seen.map((event) => event.seq).toSorted((a, b) => a - b));
  expect(seen.filter((event) => event.type === "chat.conversation.changed")).toHaveLength(2);
});

test("search finds words, beginnings of words and words without their accents, and marks them", async () => {
  const place = await conversation({ title: "Café notes" });
  const { question } = await write(place, "The Zürich office prefers espresso over filter coffee.");
  const find = async (q: string, person = ann) => (await person.chat.search({ params: inAnns(), query: { q } })).items;
  for (const q of ["espresso", "espr", "zurich", "office ESPRESSO", "filter cof"]) {
    const hit = (await find(q)).find((each) => each.messageId === question.id);
    expect(hit, q).toBeDefined();
    expect(
      hit?.snippet.some((piece) => piece.match),
      q,
    ).toBe(true);
  }
  expect((await find("cafe")).some((hit) => hit.messageId === null && hit.conversationId === place.id)).toBe(true);
  expect(await find("espresso tea")).toEqual([]);
  expect(await find("!!! & | :*")).toEqual([]);
  expect(await find("espresso", bob)).toEqual([]);
  await ann.chat.updateConversation({ params: place.params, body: { trashed: true } });
  expect(await find("espresso")).toEqual([]);
});

test("a public link shows the branch without scripts, and nothing once it is revoked", async () => {
  const place = await conversation({ title: "Public <b>title</b>" });
  await write(place, "Hello <script>alert(1)</script> [x](javascript:alert(1)) ![y](https://example.org/i.png) $a^2$");
  const { url } = await ann.chat.publishConversation({ params: place.params });
  const path = new URL(url).pathname;
  const page = await fetch(`${server.url}${path}`);
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.headers.get("x-robots-tag")).toContain("noindex");
  expect(html).toContain("Public &lt;b&gt;title");
  expect(html).toContain("<math");
  expect(html).not.toMatch(/<script|javascript:|example\.org/);
  await ann.chat.unpublishConversation({ params: place.params });
  expect((await fetch(`${server.url}${path}`)).status).toBe(404);
});

test("export gives the shown branch as Markdown and everything as JSON", async () => {
  const place = await conversation({ title: "To/take: away" });
  await write(place, "Line one");
  const markdown = await ann.chat.exportConversation({ params: place.params, query: { format: "markdown" } });
  expect(markdown.headers.get("content-disposition")).toContain("To%20take%20away.md");
  expect(await markdown.text()).toMatch(/# To\/take: away[\s\S]+## Question\n\nLine one/);
  const json = await ann.chat.exportConversation({ params: place.params, query: { format: "json" } });
  expect(await json.json()).toMatchObject({ format: "mindmesh.conversation", messages: [{ text: "Line one" }, {}] });
});

test("a preset gives a new conversation its system prompt; a shared one serves colleagues and only its owner changes it", async () => {
  const body = { name: "Editor", systemPrompt: "Be terse.", shared: true };
  const preset = await ann.chat.createPreset({ params: inAnns(), body });
  const made = await bob.chat.createConversation({ params: inAnns(), body: { presetId: preset.id } });
  expect(made.systemPrompt).toBe("Be terse.");
  await expect(bob.chat.updatePreset({ params: { ...inAnns(), presetId: preset.id }, body })).rejects.toMatchObject({
    status: 403,
  });
});

test("titles: emoji by the thousand are refused with a message, control characters are taken out", async () => {
  await expect(conversation({ title: "🧠".repeat(100_000) })).rejects.toMatchObject({
    status: 422,
    fields: { title: expect.stringMatching(/200/) },
  });
  expect((await conversation({ title: " a\u0007b\n c " })).title).toBe("a b c");
  await expect(conversation({ title: "a\u0000b" })).rejects.toMatchObject({ status: 422 });
});

test("the list comes in pages that neither repeat nor skip", async () => {
  const person = await server.signUp();
  const params = { workspaceId: person.workspaceId };
  for (let n = 0; n < 7; n += 1) await person.chat.createConversation({ params, body: { title: `c${n}` } });
  const titles: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof person.chat.listConversations>> = await person.chat.listConversations({
      params,
      query: { limit: 3, ...(cursor !== null && { cursor }) },
    });
    titles.push(...page.items.map((item) => item.title));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(titles).toEqual(["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
  await expect(person.chat.listConversations({ params, query: { cursor: "nonsense" } })).rejects.toMatchObject({
    status: 422,
  });
});
