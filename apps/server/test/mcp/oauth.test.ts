import { createClient } from "@mindmesh/client";
import { connectedProgramRoutes } from "@mindmesh/contracts/oauth";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import type { TestPerson, TestServer } from "@mindmesh/test-support";
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProgramMemory, openBrowser, redirectUri, registerByHand, startAddressedServer } from "./oauth-program.ts";

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  server = await startAddressedServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

const account = (person = ada) =>
  createClient(connectedProgramRoutes, { baseUrl: server.url, token: () => person.accessToken });

/** What /mcp answers to a token. */
async function callMcp(token: string, asked: object = { method: "tools/list" }): Promise<Response> {
  return fetch(`${server.url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...asked }),
  });
}

/** A program by hand that Ada has let in, with its tokens. */
async function connectedByHand(person = ada) {
  const program = await registerByHand(server);
  const back = await openBrowser(server, person).agree(program.authorizeUrl(), person.workspaceId);
  const code = back.searchParams.get("code") ?? "";
  const { status, body } = await program.exchange(code);
  expect(status).toBe(200);
  return { program, code, tokens: body };
}

describe("a program with nothing but the address", () => {
  it("finds its way with the official SDK, is let in by the person, and refreshes its tokens", async () => {
    const memory = new ProgramMemory();
    const client = new Client({ name: "test", version: "1" });
    const connect = () => {
      const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { authProvider: memory });
      return { transport, done: client.connect(transport) };
    };
    const first = connect();
    await expect(first.done).rejects.toThrow(UnauthorizedError);
    expect(memory.visited?.searchParams.get("resource")).toBe(`${server.url}/mcp`);
    expect(memory.visited?.searchParams.get("scope")).toBe("read write");

    const back = await openBrowser(server, ada).agree(memory.visited ?? new URL("x:"), ada.workspaceId);
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
    expect(back.searchParams.get("state")).toBe("a state");
    expect(back.searchParams.get("iss")).toBe(server.url);
    await first.transport.finishAuth(back.searchParams);

    await connect().done;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("chat_listConversations");
    const before = memory.saved.tokens as { refresh_token: string } | undefined;

    // The access token runs out; the SDK refreshes and calls again.
    await server.sql("UPDATE kernel.oauth_tokens SET expires_at = now() WHERE kind = 'AccessToken'");
    expect((await client.callTool({ name: "chat_listConversations", arguments: {} })).isError).toBeFalsy();
    const after = memory.saved.tokens as { refresh_token: string } | undefined;
    expect(after?.refresh_token).not.toBe(before?.refresh_token);
    await client.close();

    const { items } = await account().listConnectedPrograms();
    expect(items[0]).toMatchObject({
      name: "Test program",
      host: null,
      scope: "write",
      workspace: { id: ada.workspaceId },
    });
    expect(items[0]?.lastUsedAt).not.toBeNull();
  });

  it("is told where to go by a 401, and by metadata at every place that programs look", async () => {
    const refused = await callMcp("nonsense");
    expect(refused.status).toBe(401);
    const hint = refused.headers.get("www-authenticate") ?? "";
    const at = /resource_metadata="([^"]+)"/.exec(hint)?.[1] ?? "";
    expect(hint).toContain('scope="read write"');
    for (const url of [at, `${server.url}/.well-known/oauth-protected-resource`]) {
      expect(await (await fetch(url)).json()).toMatchObject({
        resource: `${server.url}/mcp`,
        authorization_servers: [server.url],
      });
    }
    const metadata = await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({
      issuer: server.url,
      code_challenge_methods_supported: ["S256"],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
    });
  });
});

describe("the request of a program", () => {
  it("shows who asks and where the answer goes, to nobody but the browser that it began in", async () => {
    const program = await registerByHand(server);
    const browser = openBrowser(server, ada);
    const opened = await browser.open(program.authorizeUrl({ scope: "read" }));
    const requestId = "requestId" in opened ? opened.requestId : "";
    const asked = await browser.go(`/oauth/authorize/${requestId}/request`);
    expect(await asked.json()).toEqual({
      name: "By hand",
      host: null,
      goesTo: { kind: "device", name: "127.0.0.1:41999" },
      scope: "read",
    });
    const victim = openBrowser(server, ada);
    expect((await victim.go(`/oauth/authorize/${requestId}/request`)).status).toBe(404);
    expect((await victim.decide(requestId, { decision: "deny" })).status).toBe(404);
    const signedOut = openBrowser(server);
    expect((await signedOut.go(`/oauth/authorize/${requestId}/request`)).status).toBe(401);
    // More than was asked for, and a workspace of somebody else.
    const bob = await server.signUp("Bob");
    const more = { decision: "allow", workspaceId: ada.workspaceId, scope: "admin" };
    expect((await browser.decide(requestId, more)).status).toBe(422);
    const others = { decision: "allow", workspaceId: bob.workspaceId, scope: "read" };
    expect((await browser.decide(requestId, others)).status).toBe(404);
    expect((await account().listConnectedPrograms()).items.map(({ name }) => name)).not.toContain("By hand");
  });

  it("goes back with access_denied when the person says no, and cannot be answered twice", async () => {
    const program = await registerByHand(server);
    const browser = openBrowser(server, ada);
    const opened = await browser.open(program.authorizeUrl());
    const requestId = "requestId" in opened ? opened.requestId : "";
    const decided = (await (await browser.decide(requestId, { decision: "deny" })).json()) as { continueAt: string };
    expect((await browser.decide(requestId, { decision: "deny" })).status).toBe(404);
    const back = new URL((await browser.go(decided.continueAt)).headers.get("location") ?? "");
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(back.searchParams.get("code")).toBeNull();
  });

  it("asks again each time, whatever was agreed to before", async () => {
    const program = await registerByHand(server);
    const browser = openBrowser(server, ada);
    await browser.agree(program.authorizeUrl(), ada.workspaceId);
    expect(await browser.open(program.authorizeUrl())).toHaveProperty("requestId");
  });

  it.each([
    ["another address than it registered", { redirect_uri: "http://127.0.0.1:41999/other" }, "invalid_redirect_uri"],
    ["an address that only begins alike", { redirect_uri: `${redirectUri}/more` }, "invalid_redirect_uri"],
    ["a client that nobody knows", { client_id: "nobody" }, "invalid_client"],
    ["a document inside this server's own network", { client_id: "https://127.0.0.1:1/client.json" }, "invalid_client"],
  ])("is not sent on to %s", async (_title, change, error) => {
    const program = await registerByHand(server);
    const opened = await openBrowser(server, ada).open(program.authorizeUrl(change));
    expect(opened).toEqual({ location: `/connect-refused?error=${error}` });
  });

  it.each([
    ["without PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["with PKCE that hides nothing", { code_challenge_method: "plain" }, "invalid_request"],
    ["for another resource", { resource: "https://elsewhere.example/mcp" }, "invalid_target"],
    ["for a token in the address", { response_type: "token" }, "unsupported_response_type"],
  ])("goes back with an error %s", async (_title, change, error) => {
    const program = await registerByHand(server);
    const opened = await openBrowser(server, ada).open(program.authorizeUrl(change));
    const back = new URL("location" in opened ? opened.location : "x:");
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
    // What would carry a token carries the error behind the #.
    expect(back.searchParams.get("error") ?? new URLSearchParams(back.hash.slice(1)).get("error")).toBe(error);
  });

  it.each(["http://evil.example/callback", "javascript:alert(1)", "https://a.example/#fragment", "nonsense"])(
    "cannot be made by a program that registers %s",
    async (redirect) => {
      const answer = await fetch(`${server.url}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": "192.0.2.7" },
        body: JSON.stringify({ client_name: "Evil", redirect_uris: [redirect], application_type: "web" }),
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: "invalid_redirect_uri" });
    },
  );

  it("may come from a program of the device at another port than it registered", async () => {
    const program = await registerByHand(server);
    const url = program.authorizeUrl({ redirect_uri: "http://127.0.0.1:50123/callback" });
    expect(await openBrowser(server, ada).open(url)).toHaveProperty("requestId");
  });
});

describe("a code", () => {
  it("is worth nothing with another verifier, address, resource or program", async () => {
    const program = await registerByHand(server);
    const agreed = async () => {
      const back = await openBrowser(server, ada).agree(program.authorizeUrl(), ada.workspaceId);
      return back.searchParams.get("code") ?? "";
    };
    const other = await registerByHand(server);
    const code = await agreed();
    expect((await program.exchange(code, { code_verifier: "x".repeat(43) })).body.error).toBe("invalid_grant");
    expect((await program.exchange(code, { redirect_uri: "http://127.0.0.1:1/" })).body.error).toBe("invalid_grant");
    expect((await other.exchange(code, { code_verifier: program.verifier })).body.error).toBe("invalid_grant");
    const foreign = await program.exchange(await agreed(), { resource: "https://elsewhere.example/mcp" });
    expect(foreign.body.error).toBe("invalid_target");
    const late = await agreed();
    await server.sql(
      `UPDATE kernel.oauth_tokens SET payload = jsonb_set(payload, '{exp}', '1') WHERE kind = 'AuthorizationCode'`,
    );
    expect((await program.exchange(late)).body.error).toBe("invalid_grant");
  });

  it("works once; a second time ends what came of the first", async () => {
    const { program, code, tokens } = await connectedByHand();
    expect((await callMcp(tokens.access_token)).status).toBe(200);
    expect((await program.exchange(code)).body.error).toBe("invalid_grant");
    expect((await callMcp(tokens.access_token)).status).toBe(401);
    expect((await program.refresh(tokens.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("never gives tokens to two requests that come at once", async () => {
    const program = await registerByHand(server);
    const back = await openBrowser(server, ada).agree(program.authorizeUrl(), ada.workspaceId);
    const code = back.searchParams.get("code") ?? "";
    const answers = await Promise.all([1, 2, 3, 4].map(() => program.exchange(code)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });
});

describe("tokens", () => {
  it("are good for /mcp and nothing else, and are stored as hashes", async () => {
    const { tokens } = await connectedByHand();
    expect(tokens.expires_in).toBeLessThanOrEqual(900);
    expect(tokens.scope).toBe("read write");
    const as = { authorization: `Bearer ${tokens.access_token}` };
    for (const path of ["/api/me", `/api/workspaces/${ada.workspaceId}/tools`, "/v1/models"]) {
      expect((await fetch(`${server.url}${path}`, { headers: as })).status, path).toBe(401);
    }
    expect((await callMcp(tokens.refresh_token)).status).toBe(401);
    const stored = await server.sql("SELECT payload::text, token_hash::text FROM kernel.oauth_tokens");
    expect(JSON.stringify(stored)).not.toContain(tokens.access_token);
    expect(JSON.stringify(stored)).not.toContain(tokens.refresh_token);
  });

  it("of a reader that calls such a tool is told which scope it lacks, so that the program can ask for it", async () => {
    const program = await registerByHand(server);
    const back = await openBrowser(server, ada).agree(program.authorizeUrl(), ada.workspaceId, "read");
    const { body } = await program.exchange(back.searchParams.get("code") ?? "");
    const call = (name: string) =>
      callMcp(body.access_token, { method: "tools/call", params: { name, arguments: {} } });
    const refused = await call("chat_createConversation");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toMatch(
      /^Bearer .*error="insufficient_scope", scope="read write", resource_metadata="http/,
    );
    expect(await refused.text()).toContain("needs the scope");
    // What does not exist at all stays so.
    const unknown = await call("no_such_tool");
    expect(unknown.status).toBe(200);
    expect(await unknown.text()).toContain("There is no tool named");
  });

  it("of a reader show no tool that changes something", async () => {
    const program = await registerByHand(server);
    const back = await openBrowser(server, ada).agree(program.authorizeUrl(), ada.workspaceId, "read");
    const { body } = await program.exchange(back.searchParams.get("code") ?? "");
    expect(body.scope).toBe("read");
    const text = await (await callMcp(body.access_token)).text();
    expect(text).toContain("chat_listConversations");
    expect(text).not.toContain("chat_createConversation");
  });

  it("are renewed once by each refresh token; a used one that comes back ends the connection, with an audit entry", async () => {
    const { program, tokens } = await connectedByHand();
    const renewed = await program.refresh(tokens.refresh_token);
    expect(renewed.status).toBe(200);
    expect((await callMcp(renewed.body.access_token)).status).toBe(200);
    expect((await program.refresh(tokens.refresh_token)).body.error).toBe("invalid_grant");
    expect((await callMcp(renewed.body.access_token)).status).toBe(401);
    expect((await program.refresh(renewed.body.refresh_token)).body.error).toBe("invalid_grant");
    const audit = await server.sql("SELECT FROM kernel.audit_log WHERE action = 'program.token_reused'");
    expect(audit.length).toBeGreaterThan(0);
  });

  it("stop when the program gives them back", async () => {
    const { program, tokens } = await connectedByHand();
    expect((await program.revoke(tokens.refresh_token)).status).toBe(200);
    expect((await callMcp(tokens.access_token)).status).toBe(401);
  });

  it("stop when the person disconnects the program, with an audit entry; nobody else can", async () => {
    const { tokens } = await connectedByHand();
    const [program] = (await account().listConnectedPrograms()).items;
    const programId = program?.id ?? "";
    const bob = await server.signUp("Bob");
    await expect(account(bob).disconnectProgram({ params: { programId } })).rejects.toMatchObject({ status: 404 });
    expect((await callMcp(tokens.access_token)).status).toBe(200);
    await account().disconnectProgram({ params: { programId } });
    expect((await callMcp(tokens.access_token)).status).toBe(401);
    const audit = await server.sql("SELECT action FROM kernel.audit_log WHERE target_id = $1 ORDER BY id", [programId]);
    expect(audit.map(({ action }) => action as string)).toEqual(["program.connected", "program.disconnected"]);
  });

  it("run out", async () => {
    const { program, tokens } = await connectedByHand();
    await server.sql(`UPDATE kernel.oauth_tokens SET expires_at = now(), payload = jsonb_set(payload, '{exp}', '1')`);
    expect((await callMcp(tokens.access_token)).status).toBe(401);
    expect((await program.refresh(tokens.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("stop when the person leaves the workspace or their account is locked", async () => {
    const bob = await server.signUp("Bob");
    await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
      ada.workspaceId,
      bob.personId,
    ]);
    const inAdas = { ...bob, workspaceId: ada.workspaceId };
    const { program, tokens } = await connectedByHand(inAdas);
    expect((await callMcp(tokens.access_token)).status).toBe(200);
    const workspaces = createClient(workspaceRoutes, { baseUrl: server.url, token: () => bob.accessToken });
    await workspaces.leaveWorkspace({ params: { workspaceId: ada.workspaceId } });
    expect((await callMcp(tokens.access_token)).status).toBe(401);
    expect((await program.refresh(tokens.refresh_token)).body.error).toBe("invalid_grant");

    const own = await connectedByHand(bob);
    await server.sql("UPDATE kernel.people SET disabled_at = now() WHERE id = $1", [bob.personId]);
    expect((await callMcp(own.tokens.access_token)).status).toBe(401);
    expect((await own.program.refresh(own.tokens.refresh_token)).body.error).toBe("invalid_grant");
  });
});
