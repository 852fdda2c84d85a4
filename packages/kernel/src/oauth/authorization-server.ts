import { AsyncLocalStorage } from "node:async_hooks";
import { generateKeyPairSync } from "node:crypto";
import { IncomingMessage, type ServerResponse } from "node:http";
import { consentPage, programScopes, refusedPage, requestCookie } from "@mindmesh/contracts/oauth";
import type { Provider } from "oidc-provider";
import type { Actor } from "../audit/index.ts";
import type { Database } from "../db/index.ts";
import type { Outbound } from "../outbound/index.ts";
import { accountStands, storedModels } from "./stored-models.ts";
import { redirectIsSafe } from "./redirect-address.ts";

export const accessTokenSeconds = 15 * 60;
export const refreshTokenSeconds = 30 * 24 * 3600;
const codeSeconds = 60;
/** How long a person may think about it. */
const requestSeconds = 15 * 60;
const fetchTimeLimitMs = 5_000;

export interface OAuthDependencies {
  db: Database;
  /** Signs the cookies of requests on their way. */
  cookieKey: Uint8Array;
  /** Where people and programs reach this server, without a slash at the end; the issuer. */
  publicUrl: string;
  /** For metadata documents and keys of clients: anybody names those addresses. */
  outbound: Pick<Outbound, "guardedFetch">;
  onError: (error: unknown) => void;
}

/** One request as the library is given it. */
export interface ProtocolRequest {
  method: "GET" | "POST";
  /** Path and query. */
  url: string;
  cookie?: string | undefined;
  accept?: string | undefined;
  contentType?: string | undefined;
  body?: string | undefined;
  actor: Actor;
}

export interface AuthorizationServer {
  /** The interface that tokens are good for: the URL of /mcp. */
  resource: string;
  /** The library, for the page of consent. */
  provider(): Promise<Provider>;
  /** Lets the library answer a request. */
  answer(request: ProtocolRequest, response: ServerResponse): Promise<void>;
}

/** What tokens are good for, by the URL under which the server is reached. */
export const mcpResource = (publicUrl: string): string => `${publicUrl}/mcp`;

/**
 * The authorization server for programs (decision 0056): node-oidc-provider as an OAuth 2.1 server without OpenID
 * Connect. It is loaded when the first program comes.
 */
export function openAuthorizationServer(dependencies: OAuthDependencies): AuthorizationServer {
  const { publicUrl } = dependencies;
  const handled = new AsyncLocalStorage<{ actor: Actor; revokes: boolean }>();
  let opened: Promise<Provider> | undefined;
  const provider = () => (opened ??= openProvider(dependencies, handled));
  const { host, protocol } = new URL(publicUrl);

  async function answer(request: ProtocolRequest, response: ServerResponse): Promise<void> {
    const { url, method, cookie, accept, contentType, body, actor } = request;
    const message = new IncomingMessage(response.socket as never);
    // The address is the operator's, whatever the client's headers say.
    message.headers = {
      host,
      "x-forwarded-proto": protocol.slice(0, -1),
      ...(cookie !== undefined && { cookie }),
      ...(accept !== undefined && { accept }),
      ...(contentType !== undefined && { "content-type": contentType }),
      ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
    };
    message.method = method;
    message.url = url;
    if (body !== undefined) message.push(body);
    message.push(null);
    // A message that ends incomplete closes the connection, on which the answer still has to go.
    message.complete = true;
    const callback = (await provider()).callback();
    await handled.run({ actor, revokes: url === "/oauth/revoke" }, () => callback(message, response));
  }

  return { resource: mcpResource(publicUrl), provider, answer };
}

async function openProvider(
  { db, cookieKey, publicUrl, outbound, onError }: OAuthDependencies,
  handled: AsyncLocalStorage<{ actor: Actor; revokes: boolean }>,
): Promise<Provider> {
  const { Provider, errors, interactionPolicy } = await import("oidc-provider");
  const resource = mcpResource(publicUrl);
  const scope = programScopes.join(" ");
  const { Check, Prompt } = interactionPolicy;
  const cookie = { httpOnly: true, sameSite: "lax", signed: true } as const;
  const provider = new Provider(publicUrl, {
    adapter: storedModels({
      db,
      usedUp: () => new errors.InvalidGrant("it was used already"),
      request: () => handled.getStore() ?? { actor: { personId: null, ip: null, requestId: null }, revokes: false },
    }),
    // Every request is put to the person, whoever agreed to what before; there is no sign-in here that lasts.
    interactions: {
      policy: [
        new Prompt({ name: "login", requestable: true }),
        new Prompt(
          { name: "consent", requestable: true },
          new Check("asked", "a person must agree", (ctx) => ctx.oidc.result?.consent?.grantId === undefined),
        ),
      ],
      url: (_ctx, interaction) => `${consentPage}/${interaction.uid}`,
    },
    loadExistingGrant: (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    findAccount: async (_ctx, accountId) =>
      (await accountStands(db, accountId)) ? { accountId, claims: () => ({ sub: accountId }) } : undefined,
    clientDefaults: {
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      // Never used; the library wants one that fits its key.
      id_token_signed_response_alg: "ES256",
      token_endpoint_auth_method: "none",
    },
    clientAuthMethods: ["none", "private_key_jwt"],
    responseTypes: ["code"],
    scopes: [],
    claims: {},
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: true, issueRegistrationAccessToken: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      clientIdMetadataDocument: {
        enabled: true,
        ack: "draft-02",
        allowClient: (_ctx, client) => (client.redirectUris ?? []).every(redirectIsSafe),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, indicator) => {
          if (indicator !== resource) throw new errors.InvalidTarget(`tokens are given for ${resource} only`);
          return { scope, audience: resource, accessTokenFormat: "opaque", accessTokenTTL: accessTokenSeconds };
        },
      },
    },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: codeSeconds,
      RefreshToken: refreshTokenSeconds,
      Interaction: requestSeconds,
      Session: requestSeconds,
      Grant: 365 * 24 * 3600,
    },
    formats: { bitsOfOpaqueRandomness: 256 },
    routes: {
      authorization: "/oauth/authorize",
      token: "/oauth/token",
      revocation: "/oauth/revoke",
      registration: "/oauth/register",
    },
    cookies: {
      keys: [Buffer.from(cookieKey).toString("base64url")],
      names: { session: "mm_connecting", interaction: "mm_connect_page", resume: requestCookie },
      long: cookie,
      short: cookie,
    },
    // No ID tokens are given, so nothing is ever signed with it; without one the library takes a key that all know.
    jwks: { keys: [generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" })] },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    fetch: (url, options) => outbound.guardedFetch(url, { ...options, signal: AbortSignal.timeout(fetchTimeLimitMs) }),
    renderError: (ctx, out) => {
      // A person looks at this. The code alone: a page that shows text from its address would show anybody's text.
      ctx.redirect(`${refusedPage}?error=${encodeURIComponent(out.error)}`);
      ctx.status = 303;
    },
  });
  // The address is put together by `answer`, from PUBLIC_URL.
  provider.proxy = true;
  provider.on("server_error", (_ctx, error) => onError(error));
  return provider;
}
