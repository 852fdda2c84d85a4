import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../src/db/index.ts";
import { countAttempt, signInSubjects } from "../../src/identity/sign-in/attempts.ts";
import { type Answer, type Browser, openBrowser, password, signInOn, signUp } from "./browser.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(() => server.sql("DELETE FROM kernel.failed_attempts"));
afterAll(() => server.close());

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;
const tryAs = (browser: Browser, email: string, typed = "not this one") =>
  browser.post("/api/auth/sign-in", { email, password: typed });

async function guess(browser: Browser, email: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await tryAs(browser, email);
}

/** Lets all locks run out; the counts stay. */
const letLocksPass = () => server.sql("UPDATE kernel.failed_attempts SET locked_until = now()");
const waits = async () =>
  (
    await server.sql<{ wait: number }>(
      "SELECT extract(epoch FROM locked_until - last_at)::int AS wait FROM kernel.failed_attempts WHERE locked_until IS NOT NULL ORDER BY 1 DESC",
    )
  ).map(({ wait }) => wait);

it("locks who guesses after five failures, also for the right password, and says how long", async () => {
  const ada = await signUp(server.url, "Ada");
  const stranger = openBrowser(server.url);
  await guess(stranger, ada.email, 5);
  const refused = await tryAs(stranger, ada.email, password);
  expect([refused.status, codeOf(refused)]).toEqual([429, "locked_out"]);
  expect(refused.body.error?.retryAfterSeconds).toBeGreaterThan(20);
  expect(Number(refused.headers.get("retry-after"))).toBe(refused.body.error?.retryAfterSeconds);
});

it("waits longer with each failure after a lock, at most an hour", async () => {
  const ada = await signUp(server.url, "Ada");
  const stranger = openBrowser(server.url);
  await guess(stranger, ada.email, 5);
  const seen = [(await waits())[0]];
  for (let round = 0; round < 9; round += 1) {
    await letLocksPass();
    await tryAs(stranger, ada.email);
    seen.push((await waits())[0]);
  }
  expect(seen).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
});

it("treats an address without an account the same", async () => {
  const stranger = openBrowser(server.url);
  await guess(stranger, "nobody@example.org", 5);
  expect(codeOf(await tryAs(stranger, "nobody@example.org"))).toBe("locked_out");
});

it("does as much work for an address without an account", async () => {
  const ada = await signUp(server.url, "Ada");
  const time = async (email: string) => {
    const times: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      await server.sql("DELETE FROM kernel.failed_attempts");
      const start = performance.now();
      await tryAs(openBrowser(server.url), email);
      times.push(performance.now() - start);
    }
    return times.sort((one, other) => one - other)[3] ?? 0;
  };
  const [known, unknown] = [await time(ada.email), await time("nobody@example.org")];
  // Hashing is nearly all of it: without the decoy the second one would take a tenth.
  expect(unknown).toBeGreaterThan(known / 3);
});

it("leaves the person in, on devices they have used and from other places", async () => {
  const ada = await signUp(server.url, "Ada");
  await guess(openBrowser(server.url), ada.email, 6);
  expect((await tryAs(ada.browser, ada.email, password)).status).toBe(200);
  expect((await tryAs(openBrowser(server.url), ada.email, password)).status).toBe(200);
});

it("lets a device in that has signed in before, when strangers from everywhere have locked the account", async () => {
  const ada = await signUp(server.url, "Ada");
  const laptop = await signInOn(server.url, ada);
  for (let place = 0; place < 50; place += 1) await tryAs(openBrowser(server.url), ada.email);
  const elsewhere = openBrowser(server.url);
  expect(codeOf(await tryAs(elsewhere, ada.email, password))).toBe("locked_out");
  expect((await tryAs(laptop, ada.email, password)).status).toBe(200);
  // And never for longer than a quarter of an hour, however long the strangers go on.
  for (let round = 0; round < 6; round += 1) {
    await letLocksPass();
    await tryAs(openBrowser(server.url), ada.email);
  }
  expect((await waits())[0]).toBe(900);
});

it("does not take the cookie of a device of somebody else", async () => {
  const ada = await signUp(server.url, "Ada");
  const eve = await signUp(server.url, "Eve");
  await guess(eve.browser, ada.email, 5);
  expect(codeOf(await tryAs(eve.browser, ada.email, password))).toBe("locked_out");
});

it("counts guesses that are made all at once", async () => {
  const ada = await signUp(server.url, "Ada");
  const stranger = openBrowser(server.url);
  const answers = await Promise.all(Array.from({ length: 12 }, () => tryAs(stranger, ada.email)));
  expect(answers.filter((answer) => codeOf(answer) === "wrong_credentials")).toHaveLength(5);
});

it("locks a place that tries one password on many accounts", async () => {
  // Past the limit per minute, which over HTTP would answer first.
  const db = openDatabase({ url: server.databaseUrl });
  const guessAt = (email: string, ip: string) =>
    countAttempt(db, signInSubjects({ email, ip, knownDeviceId: null }), () =>
      Promise.resolve({ outcome: "wrong", value: "wrong" }),
    );
  for (let count = 0; count < 50; count += 1) await guessAt(`person${count}@example.org`, "192.0.2.1");
  await expect(guessAt("person51@example.org", "192.0.2.1")).rejects.toMatchObject({ code: "locked_out" });
  await expect(guessAt("person51@example.org", "192.0.2.2")).resolves.toBe("wrong");
  await db.close();
});

it("takes all addresses of an IPv6 network for one place", async () => {
  const ada = await signUp(server.url, "Ada");
  const last = openBrowser(server.url);
  for (let count = 1; count <= 5; count += 1) {
    const browser = openBrowser(server.url);
    browser.address = `2001:db8:12:34:${count}::${count}`;
    await tryAs(browser, ada.email);
  }
  last.address = "2001:0db8:0012:0034::ffff";
  expect(codeOf(await tryAs(last, ada.email, password))).toBe("locked_out");
  last.address = "2001:db8:12:35::1";
  expect((await tryAs(last, ada.email, password)).status).toBe(200);
});

it("begins anew after a right password", async () => {
  const ada = await signUp(server.url, "Ada");
  const browser = openBrowser(server.url);
  for (let round = 0; round < 3; round += 1) {
    await guess(browser, ada.email, 4);
    browser.cookies.clear();
    expect((await tryAs(browser, ada.email, password)).status).toBe(200);
    browser.cookies.clear();
  }
});

it("counts wrong passwords of a signed-in person too", async () => {
  const ada = await signUp(server.url, "Ada");
  const change = (typed: string) =>
    ada.browser.post("/api/me/password", { password: typed, newPassword: "another good one" });
  for (let count = 0; count < 5; count += 1) expect(codeOf(await change("wrong"))).toBe("invalid_fields");
  expect(codeOf(await change(password))).toBe("locked_out");
});
