import { type TestServer, eventually, startMailServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, openBrowser, password, signInOn, signUp, tokenIn } from "./browser.ts";

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;
const newPassword = "entirely different words";

let mail: Awaited<ReturnType<typeof startMailServer>>;
let server: TestServer;
beforeAll(async () => {
  mail = await startMailServer();
  server = await startTestServer({ environment: { SMTP_URL: mail.url, PUBLIC_URL: "http://mindmesh.test" } });
});
afterAll(async () => {
  await server.close();
  await mail.close();
});

const mailTo = (address: string, subject: RegExp) =>
  eventually(() => {
    const found = mail.to(address).find((each) => subject.test(each.subject));
    if (!found) throw new Error(`no mail to ${address} about ${subject}`);
    return found;
  });
const signIn = (email: string, typed: string) =>
  openBrowser(server.url).post("/api/auth/sign-in", { email, password: typed });

describe("changing the password", () => {
  it("asks for the present one, signs every other device out and tells the person", async () => {
    const ada = await signUp(server.url, "Ada");
    const other = await signInOn(server.url, ada);
    const change = (typed?: string) => ada.browser.post("/api/me/password", { password: typed, newPassword });
    expect((await change("wrong")).body.error?.fields).toEqual({ password: "Is not your password." });
    expect((await change()).status).toBe(422);
    expect((await change(password)).status).toBe(204);
    expect((await other.get("/api/me")).status).toBe(401);
    expect((await ada.browser.get("/api/me")).status).toBe(200);
    expect(codeOf(await signIn(ada.email, password))).toBe("wrong_credentials");
    expect((await signIn(ada.email, newPassword)).status).toBe(200);
    await mailTo(ada.email, /password was changed/);
  });
});

describe("a forgotten password", () => {
  it("is set anew by a link that works once, and ends every session", async () => {
    const ada = await signUp(server.url, "Ada");
    expect((await openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email })).status).toBe(204);
    const { text } = await mailTo(ada.email, /Set a new password/);
    expect(text).toContain("http://mindmesh.test/reset-password#");
    const token = tokenIn(text);
    const reset = (value: string) =>
      openBrowser(server.url).post("/api/auth/password/reset", { token, password: value });
    expect((await reset("short")).status).toBe(422);
    expect((await reset(newPassword)).status).toBe(204);
    expect(codeOf(await reset("once more the same"))).toBe("link_expired");
    expect((await ada.browser.get("/api/me")).status).toBe(401);
    expect((await signIn(ada.email, newPassword)).status).toBe(200);
  });

  it("answers the same for an address without an account, and sends nothing", async () => {
    const before = mail.received.length;
    const answer = await openBrowser(server.url).post("/api/auth/password/forgot", { email: "nobody@example.org" });
    expect([answer.status, answer.body]).toEqual([204, {}]);
    await eventually(async () => {
      const waiting = await server.sql("SELECT id FROM pgboss.job WHERE state IN ('created', 'active')");
      if (waiting.length > 0) throw new Error("jobs wait");
    });
    expect(mail.received.length).toBe(before);
  });

  it("fills nobody's mailbox: one message a minute", async () => {
    const ada = await signUp(server.url, "Ada");
    const ask = () => openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email });
    await ask();
    await mailTo(ada.email, /Set a new password/);
    await ask();
    await ask();
    await eventually(async () => {
      const [{ count } = { count: 0 }] = await server.sql<{ count: number }>(
        "SELECT count(*)::int FROM pgboss.job WHERE state = 'completed' AND data::text LIKE $1",
        [`%${ada.personId}%`],
      );
      if (count < 3) throw new Error("jobs wait");
    });
    expect(mail.to(ada.email).filter(({ subject }) => /Set a new/.test(subject))).toHaveLength(1);
  });

  it("is sent again when the mail server would not take it at first", async () => {
    const ada = await signUp(server.url, "Ada");
    mail.refuse(1);
    await openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email });
    const found = await eventually(() => {
      const [first] = mail.to(ada.email);
      if (!first) throw new Error("no mail yet");
      return first;
    }, 25);
    const token = tokenIn(found.text);
    const reset = await openBrowser(server.url).post("/api/auth/password/reset", { token, password: newPassword });
    expect(reset.status).toBe(204);
  });

  it("keeps the secrets of links out of the database and out of the queue", async () => {
    const ada = await signUp(server.url, "Ada");
    await openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email });
    const token = tokenIn((await mailTo(ada.email, /Set a new password/)).text);
    const kept = await server.sql(
      "SELECT data::text AS text FROM pgboss.job UNION ALL SELECT t::text FROM kernel.link_tokens t",
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toContain(token);
    expect(JSON.stringify(kept)).not.toContain(Buffer.from(token).toString("hex"));
  });

  it("loses its link after an hour", async () => {
    const ada = await signUp(server.url, "Ada");
    await openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email });
    const token = tokenIn((await mailTo(ada.email, /Set a new password/)).text);
    await server.sql("UPDATE kernel.link_tokens SET expires_at = now() WHERE person_id = $1", [ada.personId]);
    const answer = await openBrowser(server.url).post("/api/auth/password/reset", { token, password: newPassword });
    expect(codeOf(answer)).toBe("link_expired");
  });

  it("lifts the lock that strangers have caused", async () => {
    const ada = await signUp(server.url, "Ada");
    await server.sql("DELETE FROM kernel.failed_attempts");
    for (let place = 0; place < 50; place += 1) await signIn(ada.email, "a stranger's guess");
    expect(codeOf(await signIn(ada.email, password))).toBe("locked_out");
    await openBrowser(server.url).post("/api/auth/password/forgot", { email: ada.email });
    const token = tokenIn((await mailTo(ada.email, /Set a new password/)).text);
    await openBrowser(server.url).post("/api/auth/password/reset", { token, password: newPassword });
    expect((await signIn(ada.email, newPassword)).status).toBe(200);
  });
});

describe("changing the address", () => {
  it("takes effect when the new address is confirmed, and tells the old one", async () => {
    const ada = await signUp(server.url, "Ada");
    const email = `new.${ada.email}`;
    const asked = await ada.browser.post("/api/me/email", { email, password });
    expect(asked.body).toEqual({ outcome: "confirmation_sent" });
    expect((await ada.browser.get<{ pendingEmail: string }>("/api/me/security")).body.pendingEmail).toBe(email);
    await mailTo(ada.email, /new e-mail address was given/);
    expect((await signIn(ada.email, password)).status).toBe(200);
    const token = tokenIn((await mailTo(email, /Confirm/)).text);
    expect((await openBrowser(server.url).post("/api/auth/email/confirm", { token })).body).toEqual({ email });
    expect(codeOf(await openBrowser(server.url).post("/api/auth/email/confirm", { token }))).toBe("link_expired");
    expect((await signIn(email, password)).status).toBe(200);
    expect(codeOf(await signIn(ada.email, password))).toBe("wrong_credentials");
  });

  it("is refused for an address that somebody has, also when they took it in the meantime", async () => {
    const ada = await signUp(server.url, "Ada");
    const bob = await signUp(server.url, "Bob");
    expect(codeOf(await ada.browser.post("/api/me/email", { email: bob.email, password }))).toBe("already_exists");
    const email = `wanted.${ada.email}`;
    await ada.browser.post("/api/me/email", { email, password });
    const token = tokenIn((await mailTo(email, /Confirm/)).text);
    await server.sql("UPDATE kernel.people SET email = $1 WHERE id = $2", [email, bob.personId]);
    expect(codeOf(await openBrowser(server.url).post("/api/auth/email/confirm", { token }))).toBe("already_exists");
  });
});

describe("an invitation by e-mail", () => {
  it("arrives with its link and shows nobody else the secret", async () => {
    const olga = await signUp(server.url, "Olga");
    const email = `guest.${olga.email}`;
    const path = `/api/workspaces/${olga.workspaceId}/invitations`;
    const sent = await olga.browser.post<{ link: string | null }>(path, { email, role: "member" });
    expect(sent.body.link).toBeNull();
    const message = await mailTo(email, /Olga invites you/);
    expect(message.text).toContain("http://mindmesh.test/invitation#");
    const account = { name: 'Gus 🐈 "quoted"', password };
    const token = tokenIn(message.text);
    expect((await openBrowser(server.url).post("/api/auth/invitations/accept", { token, account })).status).toBe(200);
    // The link went to the address, so the address is proved.
    const [row] = await server.sql(
      "SELECT email_verified_at IS NOT NULL AS proved FROM kernel.people WHERE email = $1",
      [email],
    );
    expect(row).toEqual({ proved: true });
  });

  it("puts a workspace's name into the message as nothing but text", async () => {
    const olga = await signUp(server.url, "Olga");
    await olga.browser.patch(`/api/workspaces/${olga.workspaceId}`, { name: "A\r\nBcc: eve@example.org" });
    const email = `guest.${olga.email}`;
    await olga.browser.post(`/api/workspaces/${olga.workspaceId}/invitations`, { email, role: "member" });
    const message = await mailTo(email, /invites you/);
    expect(message.subject).toContain("A Bcc: eve@example.org");
    expect(mail.to("eve@example.org")).toEqual([]);
  });
});

it("tells the page that e-mail works", async () => {
  expect((await openBrowser(server.url).get("/api/auth/setup")).body).toMatchObject({ canSendEmail: true });
});
