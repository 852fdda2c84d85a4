import type { AuditEntry } from "@mindmesh/contracts/audit";
import type { Me } from "@mindmesh/contracts/identity";
import type { Invitation, Member } from "@mindmesh/contracts/workspaces";
import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SignedUp, join, openBrowser, password, signUp, tokenIn } from "./browser.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const codeOf = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;
const at = (who: SignedUp, path = "") => `/api/workspaces/${who.workspaceId}${path}`;

async function team() {
  const owner = await signUp(server.url, "Olga");
  const admin = await signUp(server.url, "Adam");
  const member = await signUp(server.url, "Mia");
  await join(owner, admin, "admin");
  await join(owner, member, "member");
  return { owner, admin, member };
}

describe("members", () => {
  it("lets admins change everybody but owners, and members nobody", async () => {
    const { owner, admin, member } = await team();
    const change = (who: SignedUp, whom: SignedUp, role: string) =>
      who.browser.patch<Member>(at(owner, `/members/${whom.personId}`), { role });
    expect((await change(admin, member, "developer")).body.role).toBe("developer");
    expect(codeOf(await change(member, admin, "viewer"))).toBe("not_allowed");
    expect(codeOf(await change(admin, owner, "member"))).toBe("not_allowed");
    expect(codeOf(await change(admin, member, "owner"))).toBe("not_allowed");
    expect(codeOf(await change(admin, admin, "owner"))).toBe("not_allowed");
    expect((await change(owner, member, "owner")).body.role).toBe("owner");
    expect((await change(owner, owner, "admin")).body.role).toBe("admin");
    expect((await change(member, { ...member, personId: crypto.randomUUID() }, "member")).status).toBe(404);
  });

  it("keeps the last owner: no leaving, no other role", async () => {
    const { owner, admin } = await team();
    expect(codeOf(await owner.browser.post(at(owner, "/leave")))).toBe("last_owner");
    expect(codeOf(await owner.browser.patch(at(owner, `/members/${owner.personId}`), { role: "member" }))).toBe(
      "last_owner",
    );
    await owner.browser.patch(at(owner, `/members/${admin.personId}`), { role: "owner" });
    expect((await owner.browser.post(at(owner, "/leave"))).status).toBe(204);
    expect((await owner.browser.get(at(owner, "/members"))).status).toBe(404);
  });

  it("does not let two owners who leave at the same moment both go", async () => {
    const { owner, admin } = await team();
    await owner.browser.patch(at(owner, `/members/${admin.personId}`), { role: "owner" });
    const answers = await Promise.all([owner, admin].map((who) => who.browser.post(at(owner, "/leave"))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
  });

  it("shows a removed member nothing more, on the next request", async () => {
    const { owner, member } = await team();
    expect((await member.browser.get(at(owner, "/members"))).status).toBe(200);
    expect((await owner.browser.delete(at(owner, `/members/${member.personId}`))).status).toBe(204);
    expect((await member.browser.get(at(owner, "/members"))).status).toBe(404);
    const { body } = await member.browser.get<Me>("/api/me");
    expect(body.workspaces.map(({ id }) => id)).toEqual([member.workspaceId]);
  });
});

describe("invitations", () => {
  const invite = (who: SignedUp, email: string, role = "member") =>
    who.browser.post<{ invitation: Invitation; link: string }>(at(who, "/invitations"), { email, role });

  it("brings somebody without an account in, also when sign-up is closed", async () => {
    const owner = await signUp(server.url, "Olga");
    const { body } = await invite(owner, "new.person@example.org", "analyst");
    const guest = openBrowser(server.url);
    const token = tokenIn(body.link);
    await server.sql("UPDATE kernel.instance SET sign_up_open = false");
    const preview = await guest.post("/api/auth/invitations/read", { token });
    expect(preview.body).toMatchObject({
      workspaceName: "Olga's workspace",
      invitedBy: "Olga",
      role: "analyst",
      email: "new.person@example.org",
      hasAccount: false,
    });
    expect((await guest.post("/api/auth/invitations/accept", { token })).status).toBe(422);
    const account = { name: "New", password };
    const accepted = await guest.post<Me>("/api/auth/invitations/accept", { token, account });
    await server.sql("UPDATE kernel.instance SET sign_up_open = true");
    expect(accepted.status).toBe(200);
    expect(accepted.body.workspaces.map(({ id, role }) => [id, role])).toEqual([[owner.workspaceId, "analyst"]]);
    expect((await guest.get("/api/me")).status).toBe(200);
    expect(codeOf(await openBrowser(server.url).post("/api/auth/invitations/accept", { token, account }))).toBe(
      "link_expired",
    );
  });

  it("asks somebody with an account to sign in, and lets nobody else take it", async () => {
    const owner = await signUp(server.url, "Olga");
    const guest = await signUp(server.url, "Gus");
    const eve = await signUp(server.url, "Eve");
    const { body } = await invite(owner, guest.email.toUpperCase());
    const token = tokenIn(body.link);
    const account = { name: "Not me", password };
    expect(codeOf(await openBrowser(server.url).post("/api/auth/invitations/accept", { token, account }))).toBe(
      "not_signed_in",
    );
    expect(codeOf(await eve.browser.post("/api/auth/invitations/accept", { token }))).toBe("not_allowed");
    expect((await guest.browser.post("/api/auth/invitations/accept", { token })).status).toBe(200);
  });

  it("is refused for members and for who was invited already", async () => {
    const { owner, member } = await team();
    expect(codeOf(await invite(owner, member.email))).toBe("already_exists");
    expect((await invite(owner, "twice@example.org")).status).toBe(201);
    const again = await invite(owner, "twice@example.org");
    expect([again.status, again.body.error?.fields?.["email"]]).toEqual([409, expect.stringContaining("already")]);
  });

  it("is for admins to give, and an owner's role for owners", async () => {
    const { owner, admin, member } = await team();
    const inside = (who: SignedUp) => ({ ...who, workspaceId: owner.workspaceId });
    expect(codeOf(await invite(inside(member), "x@example.org"))).toBe("not_allowed");
    expect(codeOf(await invite(inside(admin), "x@example.org", "owner"))).toBe("not_allowed");
    expect((await invite(inside(admin), "x@example.org", "admin")).status).toBe(201);
    expect(codeOf(await member.browser.get(at(owner, "/invitations")))).toBe("not_allowed");
  });

  it("loses its earlier link when it is sent again, and every link when it is revoked or too old", async () => {
    const owner = await signUp(server.url, "Olga");
    const first = await invite(owner, "late@example.org");
    const path = at(owner, `/invitations/${first.body.invitation.id}`);
    const second = await owner.browser.post<{ link: string }>(`${path}/resend`);
    const read = (link: string) => openBrowser(server.url).post("/api/auth/invitations/read", { token: tokenIn(link) });
    expect(codeOf(await read(first.body.link))).toBe("link_expired");
    expect((await read(second.body.link)).status).toBe(200);
    await server.sql("UPDATE kernel.invitations SET expires_at = now() WHERE id = $1", [first.body.invitation.id]);
    expect(codeOf(await read(second.body.link))).toBe("link_expired");
    const listed = await owner.browser.get<{ items: Invitation[] }>(at(owner, "/invitations"));
    expect(listed.body.items[0]).toMatchObject({ email: "late@example.org", expired: true });
    const third = await owner.browser.post<{ link: string }>(`${path}/resend`);
    expect((await owner.browser.delete(path)).status).toBe(204);
    expect(codeOf(await read(third.body.link))).toBe("link_expired");
  });
});

describe("a workspace", () => {
  it("can be made, renamed and, with its name typed, deleted with what is in it", async () => {
    const { owner, member } = await team();
    const made = await owner.browser.post<{ id: string }>("/api/workspaces", { name: "Second" });
    expect(made.status).toBe(201);
    const path = at(owner);
    expect(codeOf(await member.browser.patch(path, { name: "Mine now" }))).toBe("not_allowed");
    expect((await owner.browser.patch<{ name: string }>(path, { name: "Team" })).body.name).toBe("Team");
    await owner.browser.post(at(owner, "/chat/conversations"), { title: "to be gone" });
    expect((await owner.browser.post(`${path}/delete`, { name: "Olga's workspace" })).status).toBe(422);
    expect(codeOf(await member.browser.post(`${path}/delete`, { name: "Team" }))).toBe("not_allowed");
    expect((await owner.browser.post(`${path}/delete`, { name: "Team" })).status).toBe(204);
    expect((await member.browser.get(`${path}/members`)).status).toBe(404);
    expect(await server.sql("SELECT id FROM chat.conversations WHERE workspace_id = $1", [owner.workspaceId])).toEqual(
      [],
    );
    const { body } = await owner.browser.get<Me>("/api/me");
    expect(body.workspaces.map(({ name }) => name)).toEqual(["Second"]);
  });

  it("tells its members live what changes", async () => {
    const { owner, member } = await team();
    await owner.browser.patch(at(owner), { name: "News" });
    await owner.browser.patch(at(owner, `/members/${member.personId}`), { role: "viewer" });
    const events = await server.sql<{ type: string; payload: unknown }>(
      "SELECT type, payload FROM kernel.events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 2",
      [owner.workspaceId],
    );
    expect(events).toEqual([
      { type: "workspace.member.changed", payload: { personId: member.personId, role: "viewer" } },
      { type: "workspace.changed", payload: { id: owner.workspaceId, name: "News" } },
    ]);
  });
});

describe("the audit log", () => {
  const entries = async (who: SignedUp, query = "", path = at(who, "/audit")) =>
    (await who.browser.get<{ items: AuditEntry[]; nextCursor: string | null }>(`${path}${query}`)).body;

  it("tells owners and admins who did what to whom, and members nothing", async () => {
    const { owner, admin, member } = await team();
    await admin.browser.patch(at(owner, `/members/${member.personId}`), { role: "viewer" });
    const inside = { ...admin, workspaceId: owner.workspaceId };
    const [newest] = (await entries(inside)).items;
    expect(newest).toMatchObject({
      actor: { id: admin.personId, name: "Adam" },
      action: "member.role_changed",
      target: { kind: "person", id: member.personId },
      details: { from: "member", to: "viewer" },
      ip: admin.browser.address,
    });
    expect(codeOf(await member.browser.get(at(owner, "/audit")))).toBe("not_allowed");
  });

  it("can be narrowed and read page by page", async () => {
    const { owner, member } = await team();
    expect(
      (await entries(owner, "?action=invitation")).items.every(({ action }) => action.startsWith("invitation.")),
    ).toBe(true);
    const ofMember = (await entries(owner, `?actorId=${member.personId}`)).items;
    expect(ofMember.map(({ action }) => action)).toEqual(["member.joined"]);
    const all = (await entries(owner)).items.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: AuditEntry[]; nextCursor: string | null } = await entries(
        owner,
        `?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(all.length).toBeGreaterThan(3);
    expect(paged).toEqual(all);
    expect((await owner.browser.get(at(owner, "/audit?cursor=nonsense"))).status).toBe(422);
  });

  it("cannot be changed by a workspace's role", async () => {
    const [granted] = await server.sql<{ changes: boolean }>(
      "SELECT has_table_privilege('mindmesh_app', 'kernel.audit_log', 'UPDATE, DELETE, TRUNCATE') AS changes",
    );
    expect(granted).toEqual({ changes: false });
  });
});
