import { createHash, randomBytes, randomInt } from "node:crypto";
import { type ProgramScope, programRequest } from "@mindmesh/contracts/oauth";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import type { OAuthClientProvider } from "@modelcontextprotocol/client";

/** A test server that knows its own address, as metadata and tokens name it, and believes who a browser says it is. */
export function startAddressedServer(): Promise<TestServer> {
  return startTestServer({ addressed: true, environment: { TRUSTED_PROXIES: "127.0.0.1" } });
}

/** An address of its own for each browser and program, as limits count by address. */
const someAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

export const redirectUri = "http://127.0.0.1:41999/callback";

/** What the SDK asks of a program; it keeps everything in memory, and the URL to which it would send the browser. */
export class ProgramMemory implements OAuthClientProvider {
  visited: URL | undefined;
  saved: { client?: never; tokens?: never; verifier?: string; discovery?: never } = {};
  readonly redirectUrl = redirectUri;
  readonly clientMetadata = {
    client_name: "Test program",
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: "client_secret_post",
  };
  state = () => "a state";
  clientInformation = () => this.saved.client;
  saveClientInformation = (client: unknown) => void (this.saved.client = client as never);
  tokens = () => this.saved.tokens;
  saveTokens = (tokens: unknown) => void (this.saved.tokens = tokens as never);
  redirectToAuthorization = (url: URL) => void (this.visited = url);
  saveCodeVerifier = (verifier: string) => void (this.saved.verifier = verifier);
  saveDiscoveryState = (state: unknown) => void (this.saved.discovery = state as never);
  discoveryState = () => this.saved.discovery;
  codeVerifier = () => this.saved.verifier ?? "";
}

/** A browser in which a person may be signed in. */
export function openBrowser(server: TestServer, person?: TestPerson) {
  const cookies = new Map<string, string>(
    (person?.cookie ?? "")
      .split("; ")
      .filter((each) => each !== "")
      .map((pair): [string, string] => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const address = someAddress();
  async function go(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(url, server.url), {
      ...init,
      redirect: "manual",
      headers: {
        ...(init.headers as Record<string, string> | undefined),
        "x-forwarded-for": address,
        cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return response;
  }
  const decide = (requestId: string, body: unknown) =>
    go(`/oauth/authorize/${requestId}/decision`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.url },
      body: JSON.stringify(body),
    });

  return {
    cookies,
    go,
    decide,
    /** Follows the program's link to the page of consent. Gives the id of the request, or where it led instead. */
    async open(url: URL): Promise<{ requestId: string } | { location: string }> {
      const location = (await go(url)).headers.get("location") ?? "";
      const requestId = /^\/connect\/([\w-]+)$/.exec(location)?.[1];
      return requestId === undefined ? { location } : { requestId };
    },
    /** Goes the person's whole way; gives the URL that the browser is sent back to. */
    async agree(url: URL, workspaceId: string, scope: ProgramScope = "write"): Promise<URL> {
      const opened = await this.open(url);
      if ("location" in opened) throw new Error(`no page of consent, but ${opened.location}`);
      const { requestId } = opened;
      const asked = await go(`/oauth/authorize/${requestId}/request`);
      programRequest.parse(await asked.json());
      const decided = await decide(requestId, { decision: "allow", workspaceId, scope });
      const { continueAt } = (await decided.json()) as { continueAt?: string };
      if (continueAt === undefined) throw new Error(`the decision was refused with ${decided.status}`);
      const back = await go(continueAt);
      return new URL(back.headers.get("location") ?? "", server.url);
    },
  };
}

export type TestBrowser = ReturnType<typeof openBrowser>;

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
  error?: string;
}

/** A program that does the protocol's steps one by one, so that each can be done wrong. */
export async function registerByHand(server: TestServer, redirect = redirectUri) {
  const from = { "x-forwarded-for": someAddress() };
  const registered = await fetch(`${server.url}/oauth/register`, {
    method: "POST",
    headers: { ...from, "content-type": "application/json" },
    body: JSON.stringify({ client_name: "By hand", redirect_uris: [redirect] }),
  });
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString("base64url");
  const resource = `${server.url}/mcp`;

  async function post(path: string, form: Record<string, string>): Promise<{ status: number; body: Tokens }> {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: from,
      body: new URLSearchParams({ client_id: clientId, ...form }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Tokens };
  }

  return {
    clientId,
    verifier,
    resource,
    authorizeUrl(change: Record<string, string | null> = {}): URL {
      const url = new URL("/oauth/authorize", server.url);
      const query = {
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirect,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        scope: "read write",
        resource,
        state: "s",
        ...change,
      };
      for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
      return url;
    },
    exchange: (code: string, change: Record<string, string> = {}) =>
      post("/oauth/token", {
        grant_type: "authorization_code",
        code,
        code_verifier: verifier,
        redirect_uri: redirect,
        resource,
        ...change,
      }),
    refresh: (token: string, change: Record<string, string> = {}) =>
      post("/oauth/token", { grant_type: "refresh_token", refresh_token: token, ...change }),
    revoke: (token: string) => post("/oauth/revoke", { token }),
  };
}
