import { connectedProgramRoutes, oauthRoutes, requestCookie } from "@mindmesh/contracts/oauth";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { actorOf } from "../audit/index.ts";
import { AppError } from "../errors/index.ts";
import { implement, rawBody } from "../http/index.ts";
import { type AuthorizationServer, type OAuthDependencies, openAuthorizationServer } from "./authorization-server.ts";
import { decideRequest, readRequest } from "./consent.ts";
import { disconnectProgram, listPrograms } from "./grants.ts";
import { authorizationServerMetadata, protectedResource } from "./metadata.ts";
import { readRegistration } from "./register-program.ts";

const longestForm = 32 * 1024;

/** Registers what programs call to be let in, the page of consent's questions, and a person's list of programs. */
export function oauthRoutesOn(app: FastifyInstance, dependencies: OAuthDependencies): void {
  const { db, publicUrl } = dependencies;
  const server = openAuthorizationServer(dependencies);
  const metadata = (reply: FastifyReply, document: object) =>
    reply.header("cache-control", "public, max-age=300").send(document);
  const cookieOf = (request: FastifyRequest) => request.cookies[requestCookie];
  const authorize = (request: FastifyRequest, reply: FastifyReply) =>
    pass(server, request, reply, { url: withScope(request.url) });

  implement(app, oauthRoutes, {
    readProtectedResource: ({ reply }) => metadata(reply, protectedResource(publicUrl)),
    readProtectedResourceAtRoot: ({ reply }) => metadata(reply, protectedResource(publicUrl)),
    readAuthorizationServer: ({ reply }) => metadata(reply, authorizationServerMetadata(publicUrl)),
    registerProgram: async ({ body, request, reply }) => {
      const registration = readRegistration(body);
      if ("refused" in registration) {
        void reply.status(400);
        return { error: "invalid_redirect_uri", error_description: registration.refused };
      }
      const text = JSON.stringify(registration.metadata);
      return pass(server, request, reply, { body: text, contentType: "application/json" });
    },
    authorizeProgram: ({ request, reply }) => authorize(request, reply),
    resumeAuthorization: ({ request, reply }) => authorize(request, reply),
    readProgramRequest: ({ params, request }) => readRequest(server, params.requestId, cookieOf(request)),
    decideProgramRequest: async ({ caller, params, body, request }) => ({
      continueAt: await decideRequest(
        { server, db, member: app.authentication.member },
        { requestId: params.requestId, cookie: cookieOf(request) },
        caller,
        body,
        actorOf(request),
      ),
    }),
    exchangeToken: async ({ request, reply }) => pass(server, request, reply, { body: await readForm(request) }),
    revokeToken: async ({ request, reply }) => pass(server, request, reply, { body: await readForm(request) }),
  });
  implement(app, connectedProgramRoutes, {
    listConnectedPrograms: async ({ caller }) => ({ items: await listPrograms(db, caller.personId) }),
    disconnectProgram: ({ caller, params, request }) =>
      disconnectProgram(db, caller.personId, params.programId, actorOf(request)),
  });
}

/** Lets the library answer. */
async function pass(
  server: AuthorizationServer,
  request: FastifyRequest,
  reply: FastifyReply,
  given: { url?: string; body?: string; contentType?: string },
): Promise<FastifyReply> {
  const { cookie, accept } = request.headers;
  const contentType = given.contentType ?? request.headers["content-type"];
  // What fails from here on would leave the program without an answer, so what can fail is done before.
  await server.provider();
  // The library writes to the socket itself; what was set on the way here goes along.
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  await server.answer(
    {
      method: request.method === "POST" ? "POST" : "GET",
      url: given.url ?? request.url,
      cookie,
      accept,
      contentType,
      body: given.body,
      actor: { personId: null, ip: request.ip, requestId: request.id },
    },
    reply.raw,
  );
  return reply;
}

/** A program that names no scope means what the 401 of /mcp proposes. */
function withScope(url: string): string {
  const at = url.indexOf("?");
  if (at === -1) return url;
  const query = new URLSearchParams(url.slice(at + 1));
  if (query.get("scope")?.trim()) return url;
  query.set("scope", "read write");
  return `${url.slice(0, at)}?${query.toString()}`;
}

async function readForm(request: FastifyRequest): Promise<string> {
  const { content } = rawBody(request);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestForm) throw new AppError("too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
