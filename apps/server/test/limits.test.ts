import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

/** Reads the answer to its end, so that its connection is free for the next request. */
async function status(person: TestPerson): Promise<number> {
  const response = await person.fetch("/api/me");
  await response.arrayBuffer();
  return response.status;
}

test("a person's 1,001st page request within a minute is refused with the time to wait, and others are not", async () => {
  const ann = await server.signUp("Ann");
  const bob = await server.signUp("Bob");
  const answers: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const batch = await Promise.all(Array.from({ length: 55 }, () => status(ann)));
    answers.push(...batch);
  }
  expect(answers.filter((status) => status === 200)).toHaveLength(1000);
  const refused = await ann.fetch("/api/me");
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused.headers.get("ratelimit-limit")).toBe("1000");
  expect(await refused.json()).toMatchObject({
    error: { code: "too_many_requests", retryAfterSeconds: expect.any(Number) },
  });
  expect(await status(bob)).toBe(200);
});

/** A request of nobody from an address, as the proxy in front tells it. */
async function from(
  address: string,
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { "x-forwarded-for": address, "content-type": "application/json", ...init.headers };
  const response = await fetch(`${server.url}${path}`, { ...init, headers });
  return new Response(await response.arrayBuffer(), response);
}

test("an address's 1,001st request within a minute of those not signed in is refused; people there go on", async () => {
  const ann = await server.signUp("Ann");
  const answers: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    // All addresses of one network of IPv6 count as one: whoever has one of them has all.
    const batch = Array.from({ length: 51 }, (_, host) => from(`2001:db8:1:2::${host}`, "/api/me"));
    answers.push(...(await Promise.all(batch)).map(({ status }) => status));
  }
  expect(answers.filter((status) => status === 401)).toHaveLength(1000);
  const refused = await from("2001:db8:1:2::ffff", "/api/me");
  expect(refused.status).toBe(429);
  expect(refused.headers.get("ratelimit-limit")).toBe("1000");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const { status } = await from("2001:db8:1:2::1", "/api/me", { headers: { cookie: ann.cookie } });
  expect(status).toBe(200);
  expect((await from("2001:db8:1:3::1", "/api/me")).status).toBe(401);
});

test("an address's 31st try to sign in within a minute is refused, also when it comes with somebody's session", async () => {
  const ann = await server.signUp("Ann");
  const body = JSON.stringify({ email: "nobody@example.org" }); // no password: refused before anything is looked up
  const trySignIn = (address: string, headers = {}) =>
    from(address, "/api/auth/sign-in", { method: "POST", body, headers });
  const tries = await Promise.all(Array.from({ length: 30 }, () => trySignIn("203.0.113.1")));
  expect(tries.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 422));
  const refused = await trySignIn("203.0.113.1");
  expect(refused.status).toBe(429);
  expect(refused.headers.get("ratelimit-limit")).toBe("30");
  expect((await trySignIn("203.0.113.1", { cookie: ann.cookie, origin: server.url })).status).toBe(429);
  expect((await trySignIn("203.0.113.2")).status).toBe(422);
});

test("a person's 31st change of the account within a minute is refused, and others at the same address go on", async () => {
  const ann = await server.signUp("Ann");
  const bob = await server.signUp("Bob");
  const change = (person: TestPerson, address: string) =>
    from(address, "/api/me/password", {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${person.accessToken}` },
    });
  const changes = await Promise.all(Array.from({ length: 30 }, (_, n) => change(ann, `203.0.113.${10 + n}`)));
  expect(changes.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 422));
  expect((await change(ann, "203.0.113.100")).status).toBe(429);
  expect((await change(bob, "203.0.113.100")).status).toBe(422);
});

test("answers carry the request's id and no word of what runs inside", async () => {
  const response = await fetch(`${server.url}/api/nothing`);
  expect(response.status).toBe(404);
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("x-powered-by")).toBeNull();
  expect(Object.keys((await response.json()) as object)).toEqual(["error"]);
});

test("a body that is no JSON, of another type, or too large, is refused in the one form", async () => {
  const send = async (body: string, type: string) => {
    const response = await fetch(`${server.url}/api/auth/sign-in`, {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
    return { status: response.status, body: (await response.json()) as { error: { code: string; message: string } } };
  };
  expect(await send("{", "application/json")).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
  expect(await send("a=b", "text/csv")).toMatchObject({ status: 415, body: { error: { code: "unsupported_type" } } });
  expect(await send("x".repeat(2_000_000), "application/json")).toMatchObject({
    status: 413,
    body: { error: { code: "too_large" } },
  });
  expect(await send("{}", "application/json")).toMatchObject({
    status: 422,
    body: { error: { code: "invalid_fields" } },
  });
});

test("the interface describes itself as OpenAPI 3.1, with every route of the contracts", async () => {
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
  };
  expect(document.openapi).toMatch(/^3\.1/);
  for (const { method, url, config } of server.running.routes.filter((route) => route.config.contract)) {
    if (method === "HEAD") continue;
    const path = document.paths[url.replaceAll(/:(\w+)/g, "{$1}")];
    expect(path?.[method.toLowerCase()], `${method} ${url} ${config.contract?.summary}`).toBeDefined();
  }
  expect((await fetch(`${server.url}/api/docs/`)).status).toBe(200);
});
