import type { Me } from "@mindmesh/contracts/identity";
import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, openBrowser, password, signUp, tokenIn } from "./browser.ts";
import { type GitHubAccount, startGitHubServer } from "./github-server.ts";
import { startOidcServer } from "./oidc-server.ts";

const publicUrl = "http://mindmesh.test";
const client = { id: "mindmesh", secret: "a client's secret" };
const start = "/api/auth/providers/oidc/start";

let oidc: Awaited<ReturnType<typeof startOidcServer>>;
let gitHub: Awaited<ReturnType<typeof startGitHubServer>>;
let server: TestServer;
beforeAll(async () => {
  oidc = await startOidcServer({ ...client, redirectUri: `${publicUrl}/api/auth/providers/oidc/callback` });
  gitHub = await startGitHubServer(client);
  server = await startTestServer({
    environment: {
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: oidc.issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_NAME: "Our house",
      GITHUB_URL: gitHub.url,
      GITHUB_CLIENT_ID: client.id,
      GITHUB_CLIENT_SECRET: client.secret,
    },
  });
});
afterAll(async () => {
  await server.close();
  await oidc.close();
  await gitHub.close();
});

let count = 0;
function account(verified = true) {
  count += 1;
  const login = `person-${count}`;
  const email = `${login}@example.org`;
  oidc.accounts.set(login, { email, email_verified: verified, name: `Person ${count}` });
  return { login, email };
}

/** Where the browser ends up after a callback URL of ours. */
async function comeBack(browser: Browser, callback: URL): Promise<URL> {
  const response = await browser.send(callback.pathname + callback.search);
  return new URL(response.headers.get("location") ?? "", publicUrl);
}

async function setOut(browser: Browser, path = start): Promise<string> {
  const response = await browser.send(path);
  return response.headers.get("location") ?? "";
}

async function signInThrough(browser: Browser, login: string | null, path = start): Promise<URL> {
  return comeBack(browser, await oidc.visit(await setOut(browser, path), login));
}

const whoIs = async (browser: Browser) => (await browser.get<Me>("/api/me")).body.person?.email;

it("offers what is configured, by name", async () => {
  const { body } = await openBrowser(server.url).get<{ providers: unknown }>("/api/auth/setup");
  expect(body.providers).toEqual([
    { id: "github", name: "GitHub" },
    { id: "oidc", name: "Our house" },
  ]);
  const missing = new URL(await setOut(openBrowser(server.url), "/api/auth/providers/google/start"), publicUrl);
  expect(missing.searchParams.get("error")).toBe("not_found");
});

describe("a provider of OpenID Connect", () => {
  it("makes an account with a workspace for a new person, and knows them again", async () => {
    const { login, email } = account();
    const first = openBrowser(server.url);
    expect((await signInThrough(first, login, `${start}?returnTo=/chat?x=1`)).href).toBe(`${publicUrl}/chat?x=1`);
    const made = (await first.get<Me>("/api/me")).body;
    expect(made.person).toMatchObject({ email, name: `Person ${count}` });
    expect(made.workspaces).toHaveLength(1);
    const second = openBrowser(server.url);
    await signInThrough(second, login);
    expect((await second.get<Me>("/api/me")).body.person.id).toBe(made.person.id);
  });

  it("knows a person by the provider's id, whatever their address has become there", async () => {
    const { login, email } = account();
    await signInThrough(openBrowser(server.url), login);
    oidc.accounts.set(login, { email: "moved@example.org", email_verified: true });
    const browser = openBrowser(server.url);
    await signInThrough(browser, login);
    expect(await whoIs(browser)).toBe(email);
  });

  it("refuses an address that the provider has not verified", async () => {
    const { login } = account(false);
    const browser = openBrowser(server.url);
    const ended = await signInThrough(browser, login);
    expect([ended.pathname, ended.searchParams.get("error")]).toEqual(["/sign-in", "email_unverified"]);
    expect((await browser.get("/api/me")).status).toBe(401);
  });

  it("does not open an account whose address nobody has proved: a stranger may have typed it", async () => {
    const { login, email } = account();
    const eve = openBrowser(server.url);
    await eve.post("/api/auth/sign-up", { email, password, name: "Eve" });
    const browser = openBrowser(server.url);
    expect((await signInThrough(browser, login)).searchParams.get("error")).toBe("link_needed");
    expect((await browser.get("/api/me")).status).toBe(401);
    await server.sql("UPDATE kernel.people SET email_verified_at = now() WHERE email = $1", [email]);
    await signInThrough(browser, login);
    expect(await whoIs(browser)).toBe(email);
  });

  it("lets nobody new in when sign-up is closed, but for who was invited", async () => {
    const olga = await signUp(server.url, "Olga");
    const { login, email } = account();
    await server.sql("UPDATE kernel.instance SET sign_up_open = false");
    const browser = openBrowser(server.url);
    expect((await signInThrough(browser, login)).searchParams.get("error")).toBe("sign_up_closed");
    const invited = await olga.browser.post<{ link: string }>(`/api/workspaces/${olga.workspaceId}/invitations`, {
      email,
      role: "viewer",
    });
    const token = tokenIn(invited.body.link);
    const other = account();
    const wrong = await signInThrough(openBrowser(server.url), other.login, `${start}?invitation=${token}`);
    expect(wrong.searchParams.get("error")).toBe("not_allowed");
    expect(await server.sql("SELECT id FROM kernel.people WHERE email = $1", [other.email])).toEqual([]);
    await signInThrough(browser, login, `${start}?invitation=${token}`);
    await server.sql("UPDATE kernel.instance SET sign_up_open = true");
    const { body } = await browser.get<Me>("/api/me");
    expect(body.workspaces.map(({ id, role }) => [id, role])).toEqual([[olga.workspaceId, "viewer"]]);
  });

  it("says so when the person cancels there", async () => {
    const ended = await signInThrough(openBrowser(server.url), null);
    expect(ended.search).toBe("?error=provider_refused");
  });

  it("takes no answer that another browser asked for", async () => {
    const { login } = account();
    const callback = await oidc.visit(await setOut(openBrowser(server.url)), login);
    const victim = openBrowser(server.url);
    expect((await comeBack(victim, callback)).searchParams.get("error")).toBe("session_ended");
    await setOut(victim);
    expect((await comeBack(victim, callback)).searchParams.get("error")).toBe("provider_refused");
    expect((await victim.get("/api/me")).status).toBe(401);
  });

  it("takes each answer once", async () => {
    const { login } = account();
    const browser = openBrowser(server.url);
    const callback = await oidc.visit(await setOut(browser), login);
    const kept = browser.cookies.get("mm_provider") ?? "";
    expect((await comeBack(browser, callback)).pathname).toBe("/");
    const again = openBrowser(server.url);
    again.cookies.set("mm_provider", kept);
    expect((await comeBack(again, callback)).searchParams.get("error")).toBe("provider_refused");
  });

  it("leads back to our own pages only", async () => {
    const { login } = account();
    for (const place of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      const ended = await signInThrough(
        openBrowser(server.url),
        login,
        `${start}?returnTo=${encodeURIComponent(place)}`,
      );
      expect([place, ended.href]).toEqual([place, `${publicUrl}/`]);
    }
  });

  it("asks for the second factor of an account that has one", async () => {
    const { login, email } = account();
    const browser = openBrowser(server.url);
    await signInThrough(browser, login);
    const started = await browser.post<{ secret: string }>("/api/me/second-factor", {});
    const totp = new TOTP({ secret: Secret.fromBase32(started.body.secret) });
    const code = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
    await browser.post("/api/me/second-factor/confirm", { code: code(-1) });

    const later = openBrowser(server.url);
    const ended = await signInThrough(later, login, `${start}?returnTo=/chat`);
    expect([ended.pathname, ended.searchParams.get("returnTo")]).toEqual(["/sign-in/second-factor", "/chat"]);
    expect((await later.get("/api/me")).status).toBe(401);
    const wrong = await later.post("/api/auth/second-factor", { code: "000000" });
    expect(wrong.body.error?.code).toBe("second_factor_wrong");
    expect((await later.post("/api/auth/second-factor", { code: code(0) })).status).toBe(200);
    expect(await whoIs(later)).toBe(email);
    expect((await later.post("/api/auth/second-factor", { code: code(1) })).body.error?.code).toBe("session_ended");
  });
});

describe("linking", () => {
  const link = "/api/me/identities/oidc";

  it("adds a sign-in to an account, after the password, and takes it away again", async () => {
    const ada = await signUp(server.url, "Ada");
    const { login } = account();
    expect((await ada.browser.post(link, { password: "wrong" })).status).toBe(422);
    const begun = await ada.browser.post<{ url: string }>(link, { password, returnTo: "/settings/account" });
    const ended = await comeBack(ada.browser, await oidc.visit(begun.body.url, login));
    expect(ended.href).toBe(`${publicUrl}/settings/account`);
    const other = openBrowser(server.url);
    await signInThrough(other, login);
    expect(await whoIs(other)).toBe(ada.email);
    const security = await ada.browser.get<{ identities: { provider: string; name: string }[] }>("/api/me/security");
    expect(security.body.identities).toMatchObject([{ provider: "oidc", name: "Our house" }]);
    expect((await ada.browser.delete(link)).status).toBe(204);
    const gone = openBrowser(server.url);
    await signInThrough(gone, login);
    expect(await whoIs(gone)).not.toBe(ada.email);
  });

  it("refuses a sign-in that belongs to another account, and says so on the page", async () => {
    const { login } = account();
    await signInThrough(openBrowser(server.url), login);
    const ada = await signUp(server.url, "Ada");
    const begun = await ada.browser.post<{ url: string }>(link, { password, returnTo: "/settings/account" });
    const ended = await comeBack(ada.browser, await oidc.visit(begun.body.url, login));
    expect([ended.pathname, ended.searchParams.get("error")]).toEqual(["/settings/account", "already_exists"]);
  });

  it("does not link for somebody who has been signed out on the way", async () => {
    const ada = await signUp(server.url, "Ada");
    const { login } = account();
    const begun = await ada.browser.post<{ url: string }>(link, { password });
    const callback = await oidc.visit(begun.body.url, login);
    await server.sql("UPDATE kernel.sessions SET ended_at = now(), end_reason = 'revoked' WHERE person_id = $1", [
      ada.personId,
    ]);
    expect((await comeBack(ada.browser, callback)).searchParams.get("error")).toBe("session_ended");
  });

  it("keeps the last way into an account", async () => {
    const { login } = account();
    const browser = openBrowser(server.url);
    await signInThrough(browser, login);
    const refused = await browser.delete(link);
    expect([refused.status, refused.body.error?.code]).toEqual([409, "conflict"]);
    expect((await browser.post("/api/me/password", { newPassword: "a first password" })).status).toBe(204);
    expect((await browser.delete(link)).status).toBe(204);
  });

  it("asks a person without a password to sign in again when that was long ago", async () => {
    const { login, email } = account();
    const browser = openBrowser(server.url);
    await signInThrough(browser, login);
    await server.sql(
      `UPDATE kernel.sessions SET created_at = now() - interval '11 minutes'
       WHERE person_id = (SELECT id FROM kernel.people WHERE email = $1)`,
      [email],
    );
    const refused = await browser.post("/api/me/password", { newPassword: "a first password" });
    expect(refused.body.error?.code).toBe("sign_in_again");
  });
});

describe("GitHub", () => {
  const octocat = (emails: GitHubAccount["emails"]): GitHubAccount => {
    count += 1;
    return { id: 1000 + count, login: `octo${count}`, name: null, emails };
  };

  async function signInWith(browser: Browser, who: GitHubAccount): Promise<URL> {
    return comeBack(browser, gitHub.visit(await setOut(browser, "/api/auth/providers/github/start"), who));
  }

  it("takes the primary address that GitHub has verified", async () => {
    const who = octocat([
      { email: "unverified@example.org", primary: false, verified: false },
      { email: "second@example.org", primary: false, verified: true },
      { email: "Main.One@Example.org", primary: true, verified: true },
    ]);
    const browser = openBrowser(server.url);
    expect((await signInWith(browser, who)).pathname).toBe("/");
    expect((await browser.get<Me>("/api/me")).body.person).toMatchObject({
      email: "main.one@example.org",
      name: who.login,
    });
  });

  it("refuses a person without any verified address", async () => {
    const who = octocat([{ email: "typed@example.org", primary: true, verified: false }]);
    const ended = await signInWith(openBrowser(server.url), who);
    expect(ended.searchParams.get("error")).toBe("email_unverified");
  });

  it("refuses a code that GitHub does not know", async () => {
    const browser = openBrowser(server.url);
    const asked = new URL(await setOut(browser, "/api/auth/providers/github/start")).searchParams;
    const forged = new URL(`${publicUrl}/api/auth/providers/github/callback?code=x&state=${asked.get("state")}`);
    expect((await comeBack(browser, forged)).searchParams.get("error")).toBe("provider_refused");
  });
});

it("says so when the provider cannot be reached, and tries again for the next person", async () => {
  const gone = await startOidcServer({ ...client, redirectUri: `${publicUrl}/api/auth/providers/oidc/callback` });
  await gone.close();
  const lonely = await startTestServer({
    environment: {
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: gone.issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
    },
  });
  for (let person = 0; person < 2; person += 1) {
    const ended = new URL(await setOut(openBrowser(lonely.url)), publicUrl);
    expect([ended.pathname, ended.searchParams.get("error")]).toEqual(["/sign-in", "provider_unreachable"]);
  }
  await lonely.close();
});
