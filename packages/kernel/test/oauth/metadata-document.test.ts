import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestDatabase } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../src/db/index.ts";
import { type AuthorizationServer, openAuthorizationServer } from "../../src/oauth/authorization-server.ts";
import { readRequest } from "../../src/oauth/consent.ts";

const clientId = "https://program.example/oauth/client.json";
const redirectUri = "http://127.0.0.1:3999/callback";
const proper = { client_id: clientId, client_name: "Program", redirect_uris: [redirectUri] };

let document: unknown;
let fetched: string[] = [];
let server: AuthorizationServer;
let base: string;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url, onConnectionError: () => undefined });
  const http = createServer((request, response) => {
    const { url = "/" } = request;
    const actor = { personId: null, ip: null, requestId: null };
    void server.answer({ method: "GET", url, cookie: request.headers.cookie, accept: "text/html", actor }, response);
  });
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  closers.push(
    () => http.close(),
    () => db.close(),
    () => database.drop(),
  );
  server = openAuthorizationServer({
    db,
    cookieKey: Buffer.alloc(32, 7),
    publicUrl: base,
    onError: () => undefined,
    // The far end: the site of the program.
    outbound: {
      guardedFetch: Object.assign(
        async (url: string | URL | Request) => {
          fetched.push(url instanceof Request ? url.url : url.toString());
          return new Response(JSON.stringify(document), { headers: { "content-type": "application/json" } });
        },
        {
          send: () => Promise.reject(new Error("not asked for")),
          sendWhole: () => ({ answer: Promise.reject(new Error("not asked for")), abort: () => undefined }),
        },
      ),
    },
  });
});
afterAll(async () => {
  for (const close of closers) await close();
});
beforeEach(() => {
  fetched = [];
});

/** Where a request of the program leads; each with another document's address, as those are kept for a while. */
async function ask(name: string, metadata: Record<string, unknown>) {
  const id = clientId.replace("client", name);
  document = { ...proper, ...metadata, client_id: metadata["client_id"] ?? id };
  const query = new URLSearchParams({
    response_type: "code",
    client_id: id,
    redirect_uri: redirectUri,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    scope: "read",
  });
  const answer = await fetch(`${base}/oauth/authorize?${query.toString()}`, { redirect: "manual" });
  return answer.headers.get("location") ?? "";
}

it("a program that describes itself at an https address needs no registration, and is shown with that host", async () => {
  const location = await ask("good", {});
  expect(location).toMatch(/^\/connect\//);
  expect(fetched).toEqual([clientId.replace("client", "good")]);
  const requestId = location.split("/").at(-1) ?? "";
  expect(await readRequest(server, requestId, requestId)).toEqual({
    name: "Program",
    host: "program.example",
    goesTo: { kind: "device", name: "127.0.0.1:3999" },
    scope: "read",
  });
});

it.each([
  ["names another program", { client_id: "https://other.example/client.json" }],
  ["does not name the address that the answer should go to", { redirect_uris: ["https://program.example/other"] }],
  [
    "has addresses without encryption",
    { redirect_uris: [redirectUri, "http://program.example/x"], application_type: "web" },
  ],
  ["carries a secret", { client_secret: "x", token_endpoint_auth_method: "client_secret_post" }],
])("a description that %s is refused without going back", async (title, metadata) => {
  expect(await ask(title.replaceAll(" ", "-"), metadata)).toMatch(/^\/connect-refused\?error=invalid_/);
});
