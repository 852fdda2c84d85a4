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
