import { z } from "zod";
import { id, moment } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What a program can be given, from the least to the most; each includes those before it. */
export const programScopes = ["read", "write", "admin"] as const;
export const programScope = z.enum(programScopes);
export type ProgramScope = z.infer<typeof programScope>;

/** Where the page stands that asks the person; the id of the request follows. */
export const consentPage = "/connect";
/** Where a person is sent whose program asked for something that is refused without going back to it. */
export const refusedPage = "/connect-refused";
/** The cookie of the browser that a request began in. */
export const requestCookie = "mm_connect";

/** A program that asks to act for the person who looks at the page. */
export const programRequest = z.object({
  /** As it calls itself; nobody has checked that. */
  name: z.string(),
  /** The host that the program's own description was read from over https; null where it has only told its name. */
  host: z.string().nullable(),
  /** Where the answer goes: a host, the scheme of a program on this device, or this device itself. */
  goesTo: z.object({ kind: z.enum(["site", "device", "program"]), name: z.string() }),
  /** The most that it asks for. */
  scope: programScope,
});
export type ProgramRequest = z.infer<typeof programRequest>;

const raw = { tag: "OAuth", audience: "public", scope: "read", response: "raw" } as const;
const requestParams = z.object({ requestId: z.string().regex(/^[\w-]{10,100}$/) });
const request = { tag: "OAuth", audience: "device", params: requestParams } as const;

/** OAuth 2.1 as the MCP authorization specification wants it: what programs call, and what the page of consent asks. */
export const oauthRoutes = {
  readProtectedResource: defineRoute({
    ...raw,
    method: "GET",
    path: "/.well-known/oauth-protected-resource/mcp",
    summary: "What protects /mcp (RFC 9728)",
  }),
  readProtectedResourceAtRoot: defineRoute({
    ...raw,
    method: "GET",
    path: "/.well-known/oauth-protected-resource",
    summary: "What protects /mcp, for programs that look at the root (RFC 9728)",
  }),
  readAuthorizationServer: defineRoute({
    ...raw,
    method: "GET",
    path: "/.well-known/oauth-authorization-server",
    summary: "The authorization server (RFC 8414)",
  }),
  registerProgram: defineRoute({
    ...raw,
    method: "POST",
    path: "/oauth/register",
    summary: "A program makes itself known (RFC 7591); programs with a metadata document need not",
    limit: "sensitive",
    body: z.unknown(),
    bodyLimit: 32 * 1024,
  }),
  authorizeProgram: defineRoute({
    ...raw,
    method: "GET",
    path: "/oauth/authorize",
    summary: "A program sends a person here to be allowed in; on to the page of consent",
    limit: "sensitive",
  }),
  resumeAuthorization: defineRoute({
    ...raw,
    method: "GET",
    path: "/oauth/authorize/:requestId",
    summary: "After the decision: back to the program",
    params: requestParams,
  }),
  readProgramRequest: defineRoute({
    ...request,
    method: "GET",
    path: "/oauth/authorize/:requestId/request",
    summary: "Who asks for what, for the page of consent",
    scope: "read",
    response: programRequest,
  }),
  decideProgramRequest: defineRoute({
    ...request,
    method: "POST",
    path: "/oauth/authorize/:requestId/decision",
    summary: "Let a program into a workspace, or not",
    scope: "admin",
    body: z.discriminatedUnion("decision", [
      z.object({ decision: z.literal("allow"), workspaceId: id, scope: programScope }),
      z.object({ decision: z.literal("deny") }),
    ]),
    response: z.object({ continueAt: z.string().describe("where the browser goes on") }),
  }),
  exchangeToken: defineRoute({
    ...raw,
    method: "POST",
    path: "/oauth/token",
    summary: "A code or a refresh token for tokens",
    body: "raw",
  }),
  revokeToken: defineRoute({
    ...raw,
    method: "POST",
    path: "/oauth/revoke",
    summary: "A program gives a token back (RFC 7009)",
    body: "raw",
  }),
};

/** A program that a person let into a workspace. */
export const connectedProgram = z.object({
  id,
  name: z.string(),
  host: z.string().nullable(),
  workspace: z.object({ id, name: z.string() }),
  scope: programScope,
  createdAt: moment,
  lastUsedAt: moment.nullable(),
});
export type ConnectedProgram = z.infer<typeof connectedProgram>;

export const connectedProgramRoutes = {
  listConnectedPrograms: defineRoute({
    method: "GET",
    path: "/api/me/programs",
    summary: "Programs that may act for the person, last connected first",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: z.object({ items: z.array(connectedProgram) }),
  }),
  disconnectProgram: defineRoute({
    method: "DELETE",
    path: "/api/me/programs/:programId",
    summary: "Disconnect a program; its next request is refused",
    tag: "account",
    audience: "device",
    scope: "admin",
    params: z.object({ programId: id }),
    response: "none",
  }),
};
