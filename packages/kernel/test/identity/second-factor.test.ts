import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Answer, type SignedUp, openBrowser, password, signUp } from "./browser.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;
const path = "/api/me/second-factor";

/** The person's authenticator app; `steps` looks that many half-minutes ahead. */
function appOf(uri: string) {
  const secret = new URL(uri).searchParams.get("secret") ?? "";
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return { secret, code: (steps = 0) => totp.generate({ timestamp: Date.now() + steps * 30_000 }) };
}

async function enrol(person: SignedUp) {
  const started = await person.browser.post<{ uri: string; secret: string; qrCode: string }>(path, { password });
  const app = appOf(started.body.uri);
  const confirmed = await person.browser.post<{ recoveryCodes: string[] }>(`${path}/confirm`, { code: app.code(-1) });
  expect(confirmed.status).toBe(200);
  return { app, recoveryCodes: confirmed.body.recoveryCodes };
}

const signIn = (email: string, code?: string, typed = password) =>
  openBrowser(server.url).post("/api/auth/sign-in", { email, password: typed, ...(code !== undefined && { code }) });

it("is set up with a QR code, after the password, and asks for nothing until a code has confirmed it", async () => {
  const ada = await signUp(server.url, "Ada");
  expect((await ada.browser.post(path, { password: "wrong" })).status).toBe(422);
  const started = await ada.browser.post<{ uri: string; secret: string; qrCode: string }>(path, { password });
  expect(started.body.uri).toMatch(/^otpauth:\/\/totp\/Mindmesh:ada/);
  expect(started.body.uri).toContain(started.body.secret);
  const svg = Buffer.from(started.body.qrCode.replace("data:image/svg+xml;base64,", ""), "base64").toString();
  expect(svg).toContain("<svg");
  expect((await signIn(ada.email)).status).toBe(200);
  const wrong = await ada.browser.post(`${path}/confirm`, { code: "000000" });
  expect([wrong.status, Object.keys(wrong.body.error?.fields ?? {})]).toEqual([422, ["code"]]);
  expect((await signIn(ada.email)).status).toBe(200);
});

it("then asks for a code after the right password, and only then", async () => {
  const ada = await signUp(server.url, "Ada");
  const { app } = await enrol(ada);
  expect(codeOf(await signIn(ada.email, undefined, "wrong password"))).toBe("wrong_credentials");
  expect(codeOf(await signIn(ada.email, app.code(), "wrong password"))).toBe("wrong_credentials");
  expect(codeOf(await signIn(ada.email))).toBe("second_factor_required");
  expect(codeOf(await signIn(ada.email, "123456"))).toBe("second_factor_wrong");
  const code = app.code();
  expect((await signIn(ada.email, `${code.slice(0, 3)} ${code.slice(3)}`)).status).toBe(200);
});

it("takes each code once, also of two who send it at the same moment", async () => {
  const ada = await signUp(server.url, "Ada");
  const { app } = await enrol(ada);
  const code = app.code();
  const answers = await Promise.all([signIn(ada.email, code), signIn(ada.email, code)]);
  expect(new Set(answers.map(codeOf))).toEqual(new Set([200, "second_factor_wrong"]));
  expect(codeOf(await signIn(ada.email, code))).toBe("second_factor_wrong");
  expect(codeOf(await signIn(ada.email, app.code(-1)))).toBe("second_factor_wrong");
  expect((await signIn(ada.email, app.code(1))).status).toBe(200);
});

it("does not take the code of the set-up again", async () => {
  const ada = await signUp(server.url, "Ada");
  const started = await ada.browser.post<{ uri: string }>(path, { password });
  const code = appOf(started.body.uri).code();
  await ada.browser.post(`${path}/confirm`, { code });
  expect(codeOf(await signIn(ada.email, code))).toBe("second_factor_wrong");
});

it("gives ten recovery codes, each good once, however it is typed", async () => {
  const ada = await signUp(server.url, "Ada");
  const { recoveryCodes } = await enrol(ada);
  expect(new Set(recoveryCodes).size).toBe(10);
  const [first = "", second = ""] = recoveryCodes;
  expect((await signIn(ada.email, first)).status).toBe(200);
  expect(codeOf(await signIn(ada.email, first))).toBe("second_factor_wrong");
  expect((await signIn(ada.email, ` ${second.toLowerCase().replaceAll("-", " ")}`)).status).toBe(200);
  const { body } = await ada.browser.get<{ secondFactor: { recoveryCodesLeft: number } }>("/api/me/security");
  expect(body.secondFactor.recoveryCodesLeft).toBe(8);
});

it("gives new recovery codes in place of the old ones", async () => {
  const ada = await signUp(server.url, "Ada");
  const { recoveryCodes } = await enrol(ada);
  expect((await ada.browser.post(`${path}/recovery-codes`, { password: "wrong" })).status).toBe(422);
  const renewed = await ada.browser.post<{ recoveryCodes: string[] }>(`${path}/recovery-codes`, { password });
  expect(codeOf(await signIn(ada.email, recoveryCodes[0]))).toBe("second_factor_wrong");
  expect((await signIn(ada.email, renewed.body.recoveryCodes[0])).status).toBe(200);
});

it("locks who guesses codes, even with the right password in between", async () => {
  const ada = await signUp(server.url, "Ada");
  await enrol(ada);
  const thief = openBrowser(server.url);
  const codes: unknown[] = [];
  for (let count = 0; count < 5; count += 1) {
    const typed = { email: ada.email, password };
    codes.push(codeOf(await thief.post("/api/auth/sign-in", { ...typed, code: "000000" })));
    codes.push(codeOf(await thief.post("/api/auth/sign-in", typed)));
  }
  expect(codes.filter((code) => code === "second_factor_wrong")).toHaveLength(5);
  expect(codes.at(-1)).toBe("locked_out");
});

it("can be turned off with the password", async () => {
  const ada = await signUp(server.url, "Ada");
  await enrol(ada);
  expect((await ada.browser.post(`${path}/remove`, {})).status).toBe(422);
  expect((await ada.browser.post(`${path}/remove`, { password })).status).toBe(204);
  expect((await signIn(ada.email)).status).toBe(200);
});

it("cannot be replaced while it is on", async () => {
  const ada = await signUp(server.url, "Ada");
  const { app } = await enrol(ada);
  expect(codeOf(await ada.browser.post(path, { password }))).toBe("conflict");
  expect((await signIn(ada.email, app.code())).status).toBe(200);
});

it("stays on when the password is reset", async () => {
  const ada = await signUp(server.url, "Ada");
  await enrol(ada);
  const owner = await server.sql<{ email: string }>("SELECT email FROM kernel.people WHERE is_instance_owner");
  const admin = openBrowser(server.url);
  await admin.post("/api/auth/sign-in", { email: owner[0]?.email, password });
  const made = await admin.post<{ link: string }>(`/api/instance/people/${ada.personId}/reset-link`, { password });
  const token = /#(.*)$/.exec(made.body.link)?.[1];
  const reset = { token, password: "entirely different words" };
  expect((await openBrowser(server.url).post("/api/auth/password/reset", reset)).status).toBe(204);
  expect(codeOf(await signIn(ada.email, undefined, reset.password))).toBe("second_factor_required");
});

it("keeps neither secret nor recovery codes readable in the database", async () => {
  const ada = await signUp(server.url, "Ada");
  const { app, recoveryCodes } = await enrol(ada);
  const [row] = await server.sql<{ secret: Buffer }>("SELECT secret FROM kernel.second_factors WHERE person_id = $1", [
    ada.personId,
  ]);
  expect(row?.secret.includes(Buffer.from(app.secret))).toBe(false);
  expect(row?.secret.includes(Buffer.from(Secret.fromBase32(app.secret).bytes))).toBe(false);
  const codes = await server.sql<{ code_hash: Buffer }>("SELECT code_hash FROM kernel.recovery_codes");
  const compact = (recoveryCodes[0] ?? "").replaceAll("-", "");
  expect(codes.some(({ code_hash }) => code_hash.includes(Buffer.from(compact)))).toBe(false);
});

it("goes on under a new SECRET_KEY, and then without the old one", async () => {
  const ada = await signUp(server.url, "Ada");
  const { app } = await enrol(ada);
  const oldKey = "a key for tests that is long enough for everybody";
  const newKey = "another key for tests, just as long as the first";
  const { databaseUrl } = server;
  const signInUnder = async (environment: Record<string, string>, code: string) => {
    const later = await startTestServer({ databaseUrl, environment });
    const answer = await openBrowser(later.url).post("/api/auth/sign-in", { email: ada.email, password, code });
    await later.close();
    return answer.status;
  };
  expect(await signInUnder({ SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: oldKey }, app.code())).toBe(200);
  expect(await signInUnder({ SECRET_KEY: newKey }, app.code(1))).toBe(200);
});
