import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Browser, openBrowser, password, signInOn, signUp } from "./browser.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const codeOf = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;

describe("signing up and in", () => {
  it("refuses a short password and an odd address by their fields, and keeps any characters of a good one", async () => {
    const browser = openBrowser(server.url);
    const refused = await browser.post("/api/auth/sign-up", { email: "nobody", password: "short", name: " " });
    expect(refused.status).toBe(422);
    expect(Object.keys(refused.body.error?.fields ?? {}).sort()).toEqual(["email", "name", "password"]);
    const odd = "  🐈‍⬛ пароль \" ' \t ";
    const email = "odd@example.org";
    expect((await browser.post("/api/auth/sign-up", { email, password: odd, name: "Odd" })).status).toBe(201);
    const again = openBrowser(server.url);
    expect((await again.post("/api/auth/sign-in", { email: " ODD@Example.org ", password: odd })).status).toBe(200);
    expect(codeOf(await again.post("/api/auth/sign-in", { email, password: odd.trim() }))).toBe("wrong_credentials");
  });

  it("says of an address that is taken that it is taken", async () => {
    const ada = await signUp(server.url, "Ada");
    const answer = await openBrowser(server.url).post("/api/auth/sign-up", { email: ada.email, password, name: "Eve" });
    expect(answer.status).toBe(409);
    expect(answer.body.error?.fields).toHaveProperty("email");
  });

  it("lets nobody sign up when it is closed", async () => {
    await server.sql("UPDATE kernel.instance SET sign_up_open = false");
    const answer = await openBrowser(server.url).post("/api/auth/sign-up", {
      email: "late@example.org",
      password,
      name: "Late",
    });
    await server.sql("UPDATE kernel.instance SET sign_up_open = true");
    expect([answer.status, codeOf(answer)]).toEqual([403, "sign_up_closed"]);
  });

  it("gives the same answer for a wrong password and for an address that has no account", async () => {
    const ada = await signUp(server.url, "Ada");
    const browser = openBrowser(server.url);
    const wrong = await browser.post("/api/auth/sign-in", { email: ada.email, password: "not this one" });
    const unknown = await browser.post("/api/auth/sign-in", { email: "nobody@example.org", password: "not this one" });
    const withoutId = ({ error }: typeof wrong.body) => ({ ...error, requestId: "" });
    expect(wrong.status).toBe(401);
    expect([unknown.status, withoutId(unknown.body)]).toEqual([wrong.status, withoutId(wrong.body)]);
  });

  it("refuses a request that another site makes", async () => {
    const ada = await signUp(server.url, "Ada");
    const answer = await ada.browser.send("/api/me/sessions/revoke-others", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    });
    expect(answer.status).toBe(403);
  });

  it("gives the access token 15 minutes and the refresh token 30 days, out of reach of scripts", async () => {
    const { browser, email } = await signUp(server.url, "Ada");
    const response = await browser.send("/api/auth/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    const cookies = response.headers.getSetCookie();
    expect(cookies.find((each) => each.startsWith("mm_access="))).toMatch(/Max-Age=900;.*HttpOnly.*SameSite=Lax/);
    // The page may know that there is a session, and nothing of it.
    const known = cookies.find((each) => each.startsWith("mm_signed_in="));
    expect(known).toMatch(/^mm_signed_in=1; Max-Age=2592000; Path=\/; SameSite=Lax$/);
    expect(cookies.find((each) => each.startsWith("mm_refresh="))).toMatch(
      /Max-Age=2592000; Path=\/api\/auth;.*HttpOnly/,
    );
  });
});

describe("staying signed in", () => {
  const refresh = (browser: Browser, token: string | undefined) =>
    browser.post("/api/auth/refresh", { refreshToken: token });

  /** Exchanges the refresh token of a browser; gives the new one. */
  async function exchange(browser: Browser): Promise<string> {
    expect((await browser.post("/api/auth/refresh")).status).toBe(200);
    return browser.cookies.get("mm_refresh") ?? "";
  }

  /** Lets the seconds pass within which a second tab may send the same token. */
  const passGrace = () =>
    server.sql("UPDATE kernel.refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE used_at IS NOT NULL");

  it("goes on with each new refresh token", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const tokens = new Set([browser.cookies.get("mm_refresh"), await exchange(browser), await exchange(browser)]);
    expect(tokens.size).toBe(3);
    expect((await browser.get("/api/me")).status).toBe(200);
  });

  it("ends everywhere when a token that was exchanged comes back: somebody has copied it", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const stolen = browser.cookies.get("mm_refresh");
    await exchange(browser);
    await passGrace();
    const thief = openBrowser(server.url);
    expect(codeOf(await refresh(thief, stolen))).toBe("session_ended");
    expect((await browser.get("/api/me")).status).toBe(401);
    expect(codeOf(await browser.post("/api/auth/refresh"))).toBe("session_ended");
  });

  it("lets two tabs that wake together exchange the same token", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const shared = browser.cookies.get("mm_refresh");
    const answers = await Promise.all([refresh(browser, shared), refresh(browser, shared)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await browser.post("/api/auth/refresh")).status).toBe(200);
  });

  it("notices a thief who was as quick as a second tab, as soon as both go on", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const shared = browser.cookies.get("mm_refresh");
    const thief = openBrowser(server.url);
    await Promise.all([refresh(browser, shared), refresh(thief, shared)]);
    expect((await thief.post("/api/auth/refresh")).status).toBe(200);
    expect(codeOf(await browser.post("/api/auth/refresh"))).toBe("session_ended");
    expect(codeOf(await thief.post("/api/auth/refresh"))).toBe("session_ended");
  });

  it("refuses an access token after fifteen minutes, and goes on with a new one", async () => {
    const { browser } = await signUp(server.url, "Ada");
    expect((await browser.get("/api/me")).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 14 * 60_000 });
    try {
      expect((await browser.get("/api/me")).status).toBe(200);
      vi.setSystemTime(Date.now() + 2 * 60_000);
      expect((await browser.get("/api/me")).status).toBe(401);
      await exchange(browser);
      expect((await browser.get("/api/me")).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  it("keeps no token that a copy of the database would give away", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const dump = JSON.stringify(await server.sql("SELECT * FROM kernel.refresh_tokens"));
    expect(dump).not.toContain(browser.cookies.get("mm_refresh"));
  });

  it("ends at sign-out, also for a copy of the access token", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const copied = browser.cookies.get("mm_access");
    expect((await browser.post("/api/auth/sign-out")).status).toBe(204);
    expect([...browser.cookies.keys()]).toEqual(["mm_device"]);
    const answer = await openBrowser(server.url).send("/api/me", { headers: { authorization: `Bearer ${copied}` } });
    expect(answer.status).toBe(401);
  });

  it("refuses forged and foreign tokens", async () => {
    const { browser } = await signUp(server.url, "Ada");
    const [head, claims] = (browser.cookies.get("mm_access") ?? "").split(".");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}.`;
    const device = browser.cookies.get("mm_device");
    for (const token of [`${head}.${claims}.AAAA`, none, device, "x", "mm_x_y"]) {
      const answer = await openBrowser(server.url).send("/api/me", { headers: { authorization: `Bearer ${token}` } });
      expect([token, answer.status]).toEqual([token, 401]);
    }
  });
});

describe("the list of devices", () => {
  const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1";

  it("names the devices and says which one asks", async () => {
    const ada = await signUp(server.url, "Ada");
    await signInOn(server.url, ada, phone);
    const { body } = await ada.browser.get<{ items: { device: string; current: boolean }[] }>("/api/me/sessions");
    expect(new Map(body.items.map(({ device, current }) => [device, current]))).toEqual(
      new Map([
        ["Firefox on Linux", true],
        ["Safari on iPhone", false],
      ]),
    );
  });

  it("signs one out at once and closes its live connection", async () => {
    const ada = await signUp(server.url, "Ada");
    const other = await signInOn(server.url, ada, phone);
    const { closed } = await liveConnection(other);
    const { body } = await ada.browser.get<{ items: { id: string; current: boolean }[] }>("/api/me/sessions");
    const target = body.items.find(({ current }) => !current)?.id ?? "";
    expect((await ada.browser.delete(`/api/me/sessions/${target}`)).status).toBe(204);
    expect((await other.get("/api/me")).status).toBe(401);
    expect(codeOf(await other.post("/api/auth/refresh"))).toBe("session_ended");
    await closed;
    expect((await ada.browser.get("/api/me")).status).toBe(200);
  });

  it("signs out everywhere else", async () => {
    const ada = await signUp(server.url, "Ada");
    const others = [await signInOn(server.url, ada), await signInOn(server.url, ada)];
    const answer = await ada.browser.post("/api/me/sessions/revoke-others");
    expect(answer.body).toEqual({ revoked: 2 });
    for (const other of others) expect((await other.get("/api/me")).status).toBe(401);
    expect((await ada.browser.get("/api/me")).status).toBe(200);
  });

  it("hides the devices of others", async () => {
    const ada = await signUp(server.url, "Ada");
    const eve = await signUp(server.url, "Eve");
    const { body } = await ada.browser.get<{ items: { id: string }[] }>("/api/me/sessions");
    expect((await eve.browser.delete(`/api/me/sessions/${body.items[0]?.id}`)).status).toBe(404);
    expect((await ada.browser.get("/api/me")).status).toBe(200);
  });

  /** Opens the live connection of a browser; `closed` resolves when the server closes it. */
  async function liveConnection(browser: Browser): Promise<{ closed: Promise<string> }> {
    const socket = io(server.url, {
      transports: ["websocket"],
      reconnection: false,
      extraHeaders: { cookie: `mm_access=${browser.cookies.get("mm_access")}` },
    });
    await new Promise<void>((resolve, reject) => {
      socket.on("connect", resolve);
      socket.on("connect_error", reject);
    });
    return { closed: new Promise((resolve) => void socket.on("disconnect", resolve)) };
  }
});
