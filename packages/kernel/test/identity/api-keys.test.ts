import type { Me } from "@mindmesh/contracts/identity";
import type { ApiKey } from "@mindmesh/contracts/workspaces";
import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SignedUp, join, openBrowser, signUp } from "./browser.ts";

let server: TestServer;
let ada: SignedUp;
beforeAll(async () => {
  server = await startTestServer();
  ada = await signUp(server.url, "Ada");
});
afterAll(() => server.close());

const keysOf = (workspaceId: string) => `/api/workspaces/${workspaceId}/api-keys`;

async function makeKey(owner: SignedUp, scope: string, workspaceId = owner.workspaceId) {
  const made = await owner.browser.post<{ key: ApiKey; secret: string }>(keysOf(workspaceId), {
    name: `for ${scope}`,
    scope,
    expiresInDays: null,
  });
  expect(made.status).toBe(201);
  return made.body;
}

/** A program that sends a key. */
function program(secret: string) {
  return async (method: string, path: string, body?: unknown) => {
    const response = await openBrowser(server.url).send(path, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as { error?: { code: string } };
    return { status: response.status, code: parsed.error?.code, body: parsed as unknown };
  };
}

it("shows a new key once; afterwards only how it ends, and no copy of the database gives it away", async () => {
  const { key, secret } = await makeKey(ada, "write");
  expect(secret).toMatch(/^mm_[0-9a-f]{32}_[0-9A-Za-z]{40}$/);
  expect(key.ending).toBe(secret.slice(-4));
  const list = await ada.browser.get<{ items: ApiKey[] }>(keysOf(ada.workspaceId));
  expect(list.body.items.map(({ id }) => id)).toContain(key.id);
  const kept = JSON.stringify([list.body, await server.sql("SELECT * FROM kernel.api_keys, kernel.audit_log")]);
  expect(kept).not.toContain(secret.slice(36, 70));
});

it("works as far as its scope reaches", async () => {
  const conversations = `/api/workspaces/${ada.workspaceId}/chat/conversations`;
  const read = program((await makeKey(ada, "read")).secret);
  const write = program((await makeKey(ada, "write")).secret);
  const admin = program((await makeKey(ada, "admin")).secret);
  expect((await read("GET", conversations)).status).toBe(200);
  expect(await read("POST", conversations, { title: "x" })).toMatchObject({ status: 403, code: "scope_missing" });
  expect((await write("POST", conversations, { title: "x" })).status).toBe(201);
  const rename = { name: "Renamed" };
  expect(await write("PATCH", `/api/workspaces/${ada.workspaceId}`, rename)).toMatchObject({ code: "scope_missing" });
  expect((await admin("PATCH", `/api/workspaces/${ada.workspaceId}`, rename)).status).toBe(200);
});

it("reaches its own workspace only, and says so in the list of workspaces", async () => {
  const second = await ada.browser.post<{ id: string }>("/api/workspaces", { name: "Second" });
  const key = program((await makeKey(ada, "admin")).secret);
  expect((await key("GET", `/api/workspaces/${second.body.id}/members`)).status).toBe(404);
  const me = await key("GET", "/api/me");
  expect((me.body as Me).workspaces.map(({ id }) => id)).toEqual([ada.workspaceId]);
});

it("cannot do what would give it more than it has", async () => {
  const key = program((await makeKey(ada, "admin")).secret);
  const attempts = [
    ["POST", keysOf(ada.workspaceId), { name: "child", scope: "admin", expiresInDays: null }],
    ["POST", "/api/me/password", { newPassword: "a new password" }],
    ["GET", "/api/me/sessions", undefined],
    ["POST", "/api/workspaces", { name: "Another" }],
    ["POST", `/api/workspaces/${ada.workspaceId}/delete`, { name: "Renamed" }],
    ["GET", "/api/instance/people", undefined],
    ["PATCH", "/api/instance/settings", { signUpOpen: false }],
  ] as const;
  for (const [method, path, body] of attempts) {
    expect([path, (await key(method, path, body)).code]).toEqual([path, "device_required"]);
  }
});

it("ends at once when it is revoked, when it expires, when its owner's role or membership ends", async () => {
  const revoked = await makeKey(ada, "read");
  const expired = await makeKey(ada, "read");
  const path = `/api/workspaces/${ada.workspaceId}/members`;
  expect((await program(revoked.secret)("GET", path)).status).toBe(200);
  expect((await ada.browser.delete(`${keysOf(ada.workspaceId)}/${revoked.key.id}`)).status).toBe(204);
  expect((await program(revoked.secret)("GET", path)).status).toBe(401);
  await server.sql("UPDATE kernel.api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [
    expired.key.id,
  ]);
  expect((await program(expired.secret)("GET", path)).status).toBe(401);

  const bob = await signUp(server.url, "Bob");
  await join(ada, bob, "admin");
  const key = await makeKey(bob, "admin", ada.workspaceId);
  await ada.browser.patch(`${path}/${bob.personId}`, { role: "viewer" });
  const rename = { name: "Bob was here" };
  expect(await program(key.secret)("PATCH", `/api/workspaces/${ada.workspaceId}`, rename)).toMatchObject({
    status: 403,
    code: "not_allowed",
  });
  expect((await ada.browser.delete(`${path}/${bob.personId}`)).status).toBe(204);
  expect((await program(key.secret)("GET", path)).status).toBe(401);
  await join(ada, bob, "admin");
  expect((await program(key.secret)("GET", path)).status).toBe(401);
});

it("refuses a key with another secret, and one that is cut short", async () => {
  const { secret } = await makeKey(ada, "read");
  const path = `/api/workspaces/${ada.workspaceId}/members`;
  const other = secret.slice(0, -1) + (secret.endsWith("a") ? "b" : "a");
  for (const wrong of [other, secret.slice(0, -1), secret.toUpperCase()]) {
    expect((await program(wrong)("GET", path)).status).toBe(401);
  }
});

it("says when it was last used", async () => {
  const { key, secret } = await makeKey(ada, "read");
  expect(key.lastUsedAt).toBeNull();
  await program(secret)("GET", "/api/me");
  const list = await ada.browser.get<{ items: ApiKey[] }>(keysOf(ada.workspaceId));
  expect(list.body.items.find(({ id }) => id === key.id)?.lastUsedAt).not.toBeNull();
});

it("shows a member their own keys and an admin everybody's, who may revoke them", async () => {
  const carol = await signUp(server.url, "Carol");
  const dave = await signUp(server.url, "Dave");
  await join(ada, carol, "member");
  await join(ada, dave, "admin");
  const carols = await makeKey(carol, "read", ada.workspaceId);
  const adas = await makeKey(ada, "read");
  const seenBy = async (who: SignedUp) =>
    (await who.browser.get<{ items: ApiKey[] }>(keysOf(ada.workspaceId))).body.items.map(({ id }) => id);
  expect(await seenBy(carol)).toEqual([carols.key.id]);
  expect(await seenBy(dave)).toEqual(expect.arrayContaining([carols.key.id, adas.key.id]));
  expect((await carol.browser.delete(`${keysOf(ada.workspaceId)}/${adas.key.id}`)).status).toBe(404);
  expect((await dave.browser.delete(`${keysOf(ada.workspaceId)}/${carols.key.id}`)).status).toBe(204);
});

it("closes the live connection of a key that is revoked", async () => {
  const { key, secret } = await makeKey(ada, "read");
  const socket = io(server.url, {
    transports: ["websocket"],
    reconnection: false,
    extraHeaders: { authorization: `Bearer ${secret}` },
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("connect", resolve);
    socket.on("connect_error", reject);
  });
  const closed = new Promise<string>((resolve) => void socket.on("disconnect", resolve));
  await ada.browser.delete(`${keysOf(ada.workspaceId)}/${key.id}`);
  expect(await closed).toBe("io server disconnect");
});

it("ends on every server at once, whoever ends it, though it is kept while it is used", async () => {
  const { key, secret } = await makeKey(ada, "write");
  const conversations = `/api/workspaces/${ada.workspaceId}/chat/conversations`;
  const use = program(secret);
  expect((await use("GET", conversations)).status).toBe(200);
  // As another server would: this one hears of it from the database only.
  await server.sql(`UPDATE kernel.api_keys SET scope = 'read' WHERE id = '${key.id}'`);
  await expect.poll(async () => (await use("POST", conversations, {})).status, { timeout: 5_000 }).toBe(403);
  await server.sql(`UPDATE kernel.people SET disabled_at = now() WHERE id = '${ada.personId}'`);
  await expect.poll(async () => (await use("GET", conversations)).status, { timeout: 5_000 }).toBe(401);
  await server.sql(`UPDATE kernel.people SET disabled_at = NULL WHERE id = '${ada.personId}'`);
  expect((await use("GET", conversations)).status).toBe(200);
  await server.sql(`UPDATE kernel.api_keys SET expires_at = now() - interval '1 second' WHERE id = '${key.id}'`);
  await expect.poll(async () => (await use("GET", conversations)).status, { timeout: 5_000 }).toBe(401);
});
