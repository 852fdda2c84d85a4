import type { Me } from "@mindmesh/contracts/identity";
import type { DataExport } from "@mindmesh/contracts/account";
import type { AuditEntry } from "@mindmesh/contracts/audit";
import { type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type SignedUp, join, openBrowser, password, signUp } from "./browser.ts";

let server: TestServer;
let owner: SignedUp;
beforeAll(async () => {
  server = await startTestServer();
  owner = await signUp(server.url, "Olga");
});
afterAll(() => server.close());

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;

/** A conversation of a person with one message of theirs. */
async function converse(person: SignedUp, workspaceId: string, title: string, text: string, shared = false) {
  const path = `/api/workspaces/${workspaceId}/chat/conversations`;
  const made = await person.browser.post<{ id: string }>(path, { title });
  expect(made.status).toBe(201);
  await say(person, workspaceId, made.body.id, text);
  if (shared) {
    await server.sql("UPDATE chat.conversations SET shared = true WHERE id = $1", [made.body.id]);
  }
  return made.body.id;
}

async function say(person: SignedUp, workspaceId: string, conversationId: string, text: string): Promise<void> {
  const sent = await person.browser.post(
    `/api/workspaces/${workspaceId}/chat/conversations/${conversationId}/messages`,
    { text, parentId: null },
  );
  expect(sent.status).toBe(201);
}

async function upload(person: SignedUp, workspaceId: string, name: string): Promise<void> {
  const response = await person.browser.send(`/api/workspaces/${workspaceId}/files?name=${name}`, {
    method: "POST",
    body: "some text",
    headers: { "content-type": "application/octet-stream" },
  });
  expect(response.status).toBe(201);
}

describe("exporting an account", () => {
  async function exported(person: SignedUp) {
    const begun = await person.browser.post<DataExport>("/api/me/export", { password });
    expect(begun.status).toBe(201);
    const ready = await eventually(async () => {
      const { body } = await person.browser.get<{ export: DataExport }>("/api/me/export");
      if (body.export.state !== "ready") throw new Error(`it is ${body.export.state}`);
      return body.export;
    }, 25);
    const response = await person.browser.send(`/api/me/export/${ready.id}/file`);
    return { ready, response, text: await response.text() };
  }

  it("gives one JSON file with everything of the person, and no secret", async () => {
    const ada = await signUp(server.url, "Ada");
    await converse(ada, ada.workspaceId, "My plans", "Remember the milk");
    await upload(ada, ada.workspaceId, "notes.txt");
    const key = await ada.browser.post<{ secret: string }>(`/api/workspaces/${ada.workspaceId}/api-keys`, {
      name: "for the robot",
      scope: "read",
      expiresInDays: 1,
    });
    const { ready, response, text } = await exported(ada);
    expect(response.headers.get("content-disposition")).toContain("attachment");
    expect(Buffer.byteLength(text)).toBe(ready.sizeBytes);
    const data = JSON.parse(text) as {
      personId: string;
      identity: { account: unknown[]; memberships: unknown[]; sessions: unknown[]; apiKeys: unknown[] };
      chat: { conversations: { title: string; messages: { text: string }[] }[] };
      files: { files: { name: string }[] };
    };
    expect(data.personId).toBe(ada.personId);
    expect(data.identity.account).toMatchObject([{ email: ada.email, name: "Ada", hasPassword: true }]);
    expect(data.identity.memberships).toMatchObject([{ role: "owner" }]);
    expect(data.identity.sessions).toHaveLength(1);
    expect(data.identity.apiKeys).toMatchObject([{ name: "for the robot" }]);
    expect(data.chat.conversations.map(({ title }) => title)).toEqual(["My plans"]);
    expect(data.chat.conversations[0]?.messages[0]?.text).toBe("Remember the milk");
    expect(data.files.files.map(({ name }) => name)).toEqual(["notes.txt"]);
    expect(text).not.toContain("argon2");
    expect(text).not.toContain(key.body.secret.slice(-40));
  });

  it("holds nothing of other people, and nobody else can fetch it", async () => {
    const ada = await signUp(server.url, "Ada");
    const eve = await signUp(server.url, "Eve");
    await converse(eve, eve.workspaceId, "Eve's own", "Eve's words");
    const { ready, text } = await exported(ada);
    expect(text).not.toContain("Eve's");
    expect((await eve.browser.send(`/api/me/export/${ready.id}/file`)).status).toBe(404);
    await server.sql("UPDATE kernel.account_exports SET expires_at = now() WHERE id = $1", [ready.id]);
    expect((await ada.browser.send(`/api/me/export/${ready.id}/file`)).status).toBe(404);
  });

  it("asks for the password, and makes one file at a time", async () => {
    const ada = await signUp(server.url, "Ada");
    expect((await ada.browser.post("/api/me/export", {})).status).toBe(422);
    const begun = await Promise.all([1, 2, 3].map(() => ada.browser.post<DataExport>("/api/me/export", { password })));
    const waiting = begun.filter(({ body }) => body.state === "waiting").map(({ body }) => body.id);
    expect(new Set(waiting).size).toBe(1);
  });
});

describe("deleting an account", () => {
  const remove = (person: SignedUp, typed = person.email) =>
    person.browser.post("/api/me/delete", { password, email: typed });

  it("asks for the password and the address", async () => {
    const ada = await signUp(server.url, "Ada");
    expect((await ada.browser.post("/api/me/delete", { email: ada.email })).status).toBe(422);
    expect((await remove(ada, "another@example.org")).status).toBe(422);
    expect((await ada.browser.get("/api/me")).status).toBe(200);
  });

  it("tells beforehand what goes, and what stands in the way", async () => {
    const ada = await signUp(server.url, "Ada");
    const bob = await signUp(server.url, "Bob");
    const shared = await ada.browser.post<{ id: string }>("/api/workspaces", { name: "Shared" });
    await join({ ...ada, workspaceId: shared.body.id }, bob, "member");
    const preview = await ada.browser.get("/api/me/deletion");
    expect(preview.body).toEqual({
      deletedWorkspaces: [{ id: ada.workspaceId, name: "Ada's workspace" }],
      blockingWorkspaces: [{ id: shared.body.id, name: "Shared" }],
      mustHandOverServer: false,
    });
    const refused = await remove(ada);
    expect([refused.status, codeOf(refused)]).toEqual([409, "last_owner"]);
    expect(refused.body.error?.message).toContain('"Shared"');
    await ada.browser.patch(`/api/workspaces/${shared.body.id}/members/${bob.personId}`, { role: "owner" });
    expect((await remove(ada)).status).toBe(204);
    expect((await ada.browser.get("/api/me")).status).toBe(401);
    const members = await bob.browser.get<{ items: { id: string }[] }>(`/api/workspaces/${shared.body.id}/members`);
    expect(members.body.items.map(({ id }) => id)).toEqual([bob.personId]);
  });

  it("leaves nothing of the person in any table but their id, in the audit log and in the event that tells they left", async () => {
    const ada = await signUp(server.url, "Adalbertina");
    const bob = await signUp(server.url, "Bob");
    await join(bob, ada, "member");
    await converse(ada, ada.workspaceId, "Adalbertina alone", "Adalbertina's secret");
    const own = await converse(ada, bob.workspaceId, "Adalbertina's shared", "Adalbertina's shared words", true);
    const bobs = await converse(bob, bob.workspaceId, "Bob's", "Bob's question", true);
    await say(ada, bob.workspaceId, bobs, "Adalbertina's answer to Bob");
    await upload(ada, bob.workspaceId, "Adalbertina.txt");
    await ada.browser.patch(`/api/workspaces/${ada.workspaceId}`, { name: "Adalbertina's place" });
    await ada.browser.post(`/api/workspaces/${ada.workspaceId}/invitations`, {
      email: "g@example.org",
      role: "member",
    });
    await bob.browser.get("/api/me");
    expect((await remove(ada)).status).toBe(204);

    const found: string[] = [];
    const tables = await server.sql<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('kernel', 'chat')",
    );
    for (const { name } of tables) {
      const rows = await server.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      for (const { row } of rows) {
        if (/adalbertina/i.test(row) || row.includes(ada.email) || row.includes(ada.browser.address))
          found.push(`${name}: ${row}`);
        else if (row.includes(ada.personId)) found.push(name);
      }
    }
    expect([...new Set(found)].sort()).toEqual(["kernel.audit_log", "kernel.events"]);
    expect(await server.sql("SELECT id FROM chat.conversations WHERE id = $1", [own])).toEqual([]);
    const kept = await server.sql<{ text: string }>(
      "SELECT text FROM chat.messages WHERE conversation_id = $1 AND role = 'user' ORDER BY id",
      [bobs],
    );
    expect(kept).toEqual([{ text: "Bob's question" }, { text: "" }]);
  });

  it("is told in the audit log by the id alone", async () => {
    const ada = await signUp(server.url, "Ada");
    await remove(ada);
    const { body } = await owner.browser.get<{ items: AuditEntry[] }>(`/api/instance/audit?targetId=${ada.personId}`);
    expect(body.items[0]).toMatchObject({
      action: "person.deleted",
      actor: { id: ada.personId, name: null },
      details: {},
      ip: null,
    });
  });

  it("frees the address for a new account", async () => {
    const ada = await signUp(server.url, "Ada");
    await remove(ada);
    const again = await openBrowser(server.url).post<Me>("/api/auth/sign-up", {
      email: ada.email,
      password,
      name: "Ada again",
    });
    expect(again.status).toBe(201);
    expect(again.body.person.id).not.toBe(ada.personId);
  });

  it("waits until the owner of the server has handed it over", async () => {
    const ada = await signUp(server.url, "Ada");
    expect(codeOf(await remove(owner))).toBe("conflict");
    expect((await owner.browser.post("/api/instance/owner", { password, personId: ada.personId })).status).toBe(204);
    expect((await remove(owner)).status).toBe(204);
    expect((await ada.browser.get("/api/instance/settings")).status).toBe(200);
  });
});
