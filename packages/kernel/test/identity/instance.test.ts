import type { InstancePerson } from "@mindmesh/contracts/instance";
import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Answer, type SignedUp, openBrowser, password, signUp, tokenIn } from "./browser.ts";

let server: TestServer;
let owner: SignedUp;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;

it("gives a new server to exactly one of those who set it up at the same moment", async () => {
  expect((await openBrowser(server.url).get("/api/auth/setup")).body).toMatchObject({
    needsSetup: true,
    canSendEmail: false,
    providers: [],
  });
  await server.sql("UPDATE kernel.instance SET sign_up_open = false");
  const attempts = await Promise.allSettled(["Anna", "Bert", "Cleo"].map((name) => signUp(server.url, name)));
  const [first, ...others] = attempts.filter((attempt) => attempt.status === "fulfilled");
  expect(others).toEqual([]);
  if (!first) throw new Error("nobody got in");
  owner = first.value;
  expect((await openBrowser(server.url).get("/api/auth/setup")).body).toMatchObject({
    needsSetup: false,
    signUpOpen: false,
  });
});

it("lets its owner open sign-up, and nobody else see or change anything", async () => {
  expect(codeOf(await openBrowser(server.url).patch("/api/instance/settings", { signUpOpen: true }))).toBe(
    "not_signed_in",
  );
  expect((await owner.browser.patch("/api/instance/settings", { signUpOpen: true })).body).toEqual({
    signUpOpen: true,
  });
  const eve = await signUp(server.url, "Eve");
  const { browser } = eve;
  const answers = [
    await browser.get("/api/instance/settings"),
    await browser.patch("/api/instance/settings", { signUpOpen: false }),
    await browser.get("/api/instance/people"),
    await browser.get("/api/instance/audit"),
    await browser.post(`/api/instance/people/${owner.personId}/disable`),
    await browser.post(`/api/instance/people/${eve.personId}/reset-link`, { password }),
    await browser.post(`/api/instance/people/${owner.personId}/clear-second-factor`, { password }),
    await browser.post("/api/instance/owner", { password, personId: eve.personId }),
  ];
  expect(new Set(answers.map(codeOf))).toEqual(new Set(["not_allowed"]));
});

it("lists people by page and by a part of name or address", async () => {
  for (const name of ["Zoe One", "Zoe Two", "100% sure"]) await signUp(server.url, name);
  const list = async (query: string) =>
    (await owner.browser.get<{ items: InstancePerson[]; nextCursor: string | null }>(`/api/instance/people${query}`))
      .body;
  expect((await list("?search=zoe")).items.map(({ name }) => name)).toEqual(["Zoe Two", "Zoe One"]);
  expect((await list("?search=100%25")).items.map(({ name }) => name)).toEqual(["100% sure"]);
  const first = await list("?search=zoe&limit=1");
  expect(first.items).toMatchObject([{ name: "Zoe Two", workspaces: 1, disabled: false, hasSecondFactor: false }]);
  expect((await list(`?search=zoe&limit=1&cursor=${first.nextCursor}`)).items.map(({ name }) => name)).toEqual([
    "Zoe One",
  ]);
});

it("locks a person out at once and for good, and lets them in again with all they had", async () => {
  const bob = await signUp(server.url, "Bob");
  const key = await bob.browser.post<{ secret: string }>(`/api/workspaces/${bob.workspaceId}/api-keys`, {
    name: "robot",
    scope: "read",
    expiresInDays: null,
  });
  const withKey = () =>
    openBrowser(server.url).send("/api/me", { headers: { authorization: `Bearer ${key.body.secret}` } });
  expect((await withKey()).status).toBe(200);
  const place = `/api/instance/people/${bob.personId}`;
  expect((await owner.browser.post(`${place}/disable`)).status).toBe(204);
  expect((await bob.browser.get("/api/me")).status).toBe(401);
  expect(codeOf(await bob.browser.post("/api/auth/refresh"))).toBe("session_ended");
  expect((await withKey()).status).toBe(401);
  const signIn = (typed: string) =>
    openBrowser(server.url).post("/api/auth/sign-in", { email: bob.email, password: typed });
  expect(codeOf(await signIn(password))).toBe("account_disabled");
  expect(codeOf(await signIn("wrong password"))).toBe("wrong_credentials");
  expect((await owner.browser.post(`${place}/enable`)).status).toBe(204);
  expect((await signIn(password)).status).toBe(200);
  expect((await withKey()).status).toBe(200);
  expect(codeOf(await owner.browser.post(`/api/instance/people/${owner.personId}/disable`))).toBe("conflict");
});

it("makes a link with which somebody sets a new password, on a server without e-mail", async () => {
  const bob = await signUp(server.url, "Bob");
  const place = `/api/instance/people/${bob.personId}/reset-link`;
  expect((await owner.browser.post(place, {})).status).toBe(422);
  const made = await owner.browser.post<{ link: string }>(place, { password });
  const token = tokenIn(made.body.link);
  const reset = { token, password: "entirely different words" };
  expect((await openBrowser(server.url).post("/api/auth/password/reset", reset)).status).toBe(204);
  const signedIn = await openBrowser(server.url).post("/api/auth/sign-in", {
    email: bob.email,
    password: reset.password,
  });
  expect(signedIn.status).toBe(200);
  // Nobody proved the address: the link was handed over, not sent.
  expect(await server.sql("SELECT email_verified_at FROM kernel.people WHERE id = $1", [bob.personId])).toEqual([
    { email_verified_at: null },
  ]);
});

it("changes the address at once, on a server without e-mail", async () => {
  const bob = await signUp(server.url, "Bob");
  const email = `new.${bob.email}`;
  expect((await bob.browser.post("/api/me/email", { email, password })).body).toEqual({ outcome: "changed" });
  const signedIn = await openBrowser(server.url).post("/api/auth/sign-in", { email, password });
  expect(signedIn.status).toBe(200);
});

it("answers who has forgotten their password the same, on a server without e-mail", async () => {
  const answer = await openBrowser(server.url).post("/api/auth/password/forgot", { email: owner.email });
  expect(answer.status).toBe(204);
});
