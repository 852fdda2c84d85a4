import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;
/** A server of the same version that starts when the database has gone ahead: a rollback, or a machine that restarts. */
let late: TestServer;
let settings: Parameters<typeof startTestServer>[0];
let folder: string;
/** What the servers would have sent to whoever watches them. */
const faults: string[] = [];

beforeAll(async () => {
  models = await startModelServer();
  folder = await mkdtemp(join(tmpdir(), "mindmesh-newer-"));
  settings = {
    environment: { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible },
    dataDirectory: folder,
    reports: { capture: (error) => void faults.push(String(error)), close: () => Promise.resolve() },
  };
  server = await startTestServer({ ...settings, alone: false });
  ann = await server.signUp("Ann");
});

afterAll(async () => {
  await late?.close();
  await server.close();
  await models.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a day brings: an answer, its search, folders, tags, a link, a file, an import, a key, a person who signs up. */
async function aDayOf(person: TestPerson, on: TestServer, word: string): Promise<void> {
  const params = { workspaceId: person.workspaceId };
  const { chat } = person;
  const folder = await chat.createFolder({ params, body: { name: `Folder ${word}` } });
  const { id } = await chat.createConversation({ params, body: { title: `About ${word}`, folderId: folder.id } });
  const conversation = { ...params, conversationId: id };
  const { answer } = await chat.sendMessage({
    params: conversation,
    body: { text: `[[chunks=5]] ${word}`, parentId: null },
  });
  await eventually(async () => {
    const message = await chat.getMessage({ params: { ...conversation, messageId: answer.id } });
    expect(message.status).toBe("complete");
  });
  const again = await chat.retryAnswer({ params: { ...conversation, messageId: answer.id }, body: {} });
  await eventually(async () => {
    const message = await chat.getMessage({ params: { ...conversation, messageId: again.id } });
    expect(message.status).toBe("complete");
  });
  await chat.updateConversation({ params: conversation, body: { tags: [word], pinned: true, title: `On ${word}` } });
  await eventually(async () => {
    const { items } = await chat.search({ params, query: { q: word } });
    expect(JSON.stringify(items)).toContain(id);
  });
  const { url } = await chat.publishConversation({ params: conversation });
  expect((await fetch(url.replace(/^https?:\/\/[^/]+/, on.url))).status).toBe(200);
  await chat.unpublishConversation({ params: conversation });
  const begun = await person.fetch(`/api/workspaces/${person.workspaceId}/chat/imports?name=conversations.json`, {
    method: "POST",
    body: "[]",
  });
  expect(begun.status).toBe(201);
  await eventually(async () => {
    const { items } = await chat.listImports({ params });
    expect(items.map(({ state, error }) => error ?? state)).toEqual(items.map(() => "done"));
  });
  await on.signUp(`Guest ${word}`);
}

/** Every page of data that a person can ask for without naming something; each must be answered, and none broken. */
async function everyList(person: TestPerson, on: TestServer): Promise<string[]> {
  const broken: string[] = [];
  for (const { method, url, config } of on.running.routes) {
    if (method !== "GET" || !config.contract) continue;
    const path = url.replace(":workspaceId", person.workspaceId);
    if (path.includes(":")) continue;
    const answer = await person.fetch(path);
    if (answer.status >= 500) broken.push(`${answer.status} ${path}`);
    await answer.body?.cancel();
  }
  return broken;
}

test("a server goes on when a newer version has migrated the database under it, and one may start there", async () => {
  await aDayOf(ann, server, "zucchini");
  expect(await everyList(ann, server)).toEqual([]);

  // What migrations may do: columns that may be empty or have a default, tables, indexes.
  const tables = await server.sql<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migrations'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pgboss')`);
  expect(tables.length).toBeGreaterThan(30);
  for (const { name } of tables) {
    await server.sql(`ALTER TABLE ${name} ADD COLUMN next_note text, ADD COLUMN next_count integer NOT NULL DEFAULT 0`);
  }
  const owners = await server.sql<{ name: string }>(
    "SELECT schemaname AS name FROM pg_tables WHERE tablename = 'migrations'",
  );
  for (const { name } of owners) {
    await server.sql(`CREATE TABLE "${name}".next_things (workspace_id uuid, id uuid, PRIMARY KEY (workspace_id, id))`);
    await server.sql(`INSERT INTO "${name}".migrations (name, run_on) VALUES ('9999_next', now())`);
  }

  await aDayOf(ann, server, "aubergine");
  expect(await everyList(ann, server)).toEqual([]);
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);

  late = await startTestServer({ ...settings, databaseUrl: server.databaseUrl });
  await aDayOf(late.as(ann), late, "fennel");
  expect(await everyList(late.as(ann), late)).toEqual([]);
  expect((await fetch(`${late.url}/ready`)).status).toBe(200);
  // Nor does what happens in the background fail unseen.
  expect(faults).toEqual([]);
});

/** Made before there was a first version that others could run beside. */
const beforeTheFirst = ["0325_budget_leases.sql", "0006_search_at_scale.sql"];

test("migrations only add: nothing goes, is renamed, or becomes stricter than the version before knows", () => {
  const root = new URL("../../../", import.meta.url);
  const products = readdirSync(new URL("products", root)).map((name) => `products/${name}`);
  const folders = ["packages/kernel", ...products].map((name) => fileURLToPath(new URL(`${name}/migrations`, root)));
  const strict =
    /\bDROP\s+(?:TABLE|COLUMN|TYPE|FUNCTION)\b|\bRENAME\b|\bSET\s+NOT\s+NULL\b|\bALTER\s+(?:COLUMN\s+)?\S+\s+TYPE\b|\bADD\s+COLUMN\s+(?:(?!DEFAULT|GENERATED|[,;])[^])*\bNOT\s+NULL\b(?!(?:(?![,;])[^])*\b(?:DEFAULT|GENERATED)\b)/i;
  expect(strict.test("ALTER TABLE a ADD COLUMN b text NOT NULL;")).toBe(true);
  expect(strict.test("ALTER TABLE a ADD COLUMN b text, ADD COLUMN c text NOT NULL DEFAULT '';")).toBe(false);
  expect(strict.test("ALTER TABLE a ADD COLUMN b text NOT NULL GENERATED ALWAYS AS (c) STORED;")).toBe(false);
  const found = folders.flatMap((folder) =>
    readdirSync(folder).filter(
      (name) => !beforeTheFirst.includes(name) && strict.test(readFileSync(`${folder}/${name}`, "utf8")),
    ),
  );
  expect(found).toEqual([]);
});
