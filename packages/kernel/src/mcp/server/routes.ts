import { Readable } from "node:stream";
import { mcpRoutes } from "@mindmesh/contracts/mcp";
import type { Scope } from "@mindmesh/contracts/route";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, implement, toAppError } from "../../http/index.ts";
import { protectedResourceUrl } from "../../oauth/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import type { Tools } from "../../tools/index.ts";
import { keepListeners } from "./listening-callers.ts";
import { type McpServing, findTool, serveTools } from "./serve-tools.ts";

export interface McpRouteDependencies extends McpServing {
  publicUrl: string;
  notifications: Notifications;
  onError: (error: unknown) => void;
}

/** As long as an access token lives. */
const longestStreamMs = 15 * 60_000;

/** Registers the MCP server at `/mcp`: stateless, for the current protocol and for clients of 2025. */
export function mcpRoutesOn(app: FastifyInstance, dependencies: McpRouteDependencies): void {
  const { publicUrl, onError } = dependencies;
  const challenge = `Bearer realm="Mindmesh", resource_metadata="${protectedResourceUrl(publicUrl)}", scope="read write"`;
  const widerScope = `Bearer realm="Mindmesh", error="insufficient_scope", scope="read write", resource_metadata="${protectedResourceUrl(publicUrl)}"`;
  const callers = new WeakMap<object, MemberCaller>();
  const listening = keepListeners(dependencies.notifications, dependencies.prompts);
  const handler = createMcpHandler(
    ({ authInfo, era }) => {
      const caller = authInfo && callers.get(authInfo);
      if (!caller) throw new AppError("not_signed_in");
      return serveTools(dependencies, caller, era === "modern");
    },
    { onerror: onError, bus: listening.bus },
  );
  app.addHook("onClose", () => handler.close());

  async function serve(caller: MemberCaller, body: unknown, request: FastifyRequest, reply: FastifyReply) {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      // The SDK is told who calls, not by what secret.
      if (value !== undefined && name !== "authorization" && name !== "cookie") headers.set(name, String(value));
    }
    const asked = new Request(new URL("/mcp", publicUrl), { method: request.method, headers, signal: gone.signal });
    const authInfo = { token: "", clientId: caller.personId, scopes: [...caller.scopes] };
    callers.set(authInfo, caller);
    // A token that was taken back meanwhile is asked for again at the next beginning, if not sooner.
    const longest = setTimeout(() => gone.abort(), longestStreamMs);
    gone.signal.addEventListener("abort", () => clearTimeout(longest), { once: true });
    const answer = await listening.run(
      caller,
      () => gone.abort(),
      () => handler.fetch(asked, { authInfo, ...(body !== undefined && { parsedBody: body }) }),
    );
    void reply.status(answer.status);
    for (const [name, value] of answer.headers) void reply.header(name, value);
    return answer.body === null ? null : Readable.fromWeb(answer.body);
  }

  void app.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => {
      const appError = toAppError(error);
      if (appError.status >= 500) request.log.error({ err: error }, appError.message);
      if (appError.status === 401) void reply.header("www-authenticate", challenge);
      // RFC 6750, section 3.1: with it a program can ask the person for more.
      if (appError.code === "scope_missing") void reply.header("www-authenticate", widerScope);
      if (appError.retryAfterSeconds !== undefined) void reply.header("retry-after", appError.retryAfterSeconds);
      return reply.status(appError.status).send(appError.body(request.id));
    });
    // The specification's guard against names that are made to lead to this machine (DNS rebinding); programs send no origin.
    scope.addHook("onRequest", (request, _reply, done) => {
      const { origin } = request.headers;
      done(origin === undefined || isKnownOrigin(origin, publicUrl) ? undefined : new AppError("cross_site"));
    });
    implement(scope, mcpRoutes, {
      callMcp: async ({ caller, body, request, reply }) => {
        await requireScope(dependencies.tools, caller, body);
        return serve(caller, body, request, reply);
      },
      streamMcp: ({ caller, request, reply }) => serve(caller, undefined, request, reply),
      endMcp: ({ caller, request, reply }) => serve(caller, undefined, request, reply),
    });
    done();
  });
}

function isKnownOrigin(origin: string, publicUrl: string): boolean {
  const { hostname = "" } = URL.parse(origin) ?? {};
  return origin === new URL(publicUrl).origin || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

const toolCall = z.object({ method: z.literal("tools/call"), params: z.object({ name: z.string() }) });
const everyScope: ReadonlySet<Scope> = new Set(["read", "write", "admin"]);

/**
 * A tool that the person may use, but not with this token, is told by the status that asks for a wider one; inside of the
 * protocol it would be a tool that does not exist.
 * @throws AppError scope_missing
 */
async function requireScope(tools: Pick<Tools, "list">, caller: MemberCaller, body: unknown): Promise<void> {
  const { data: call } = toolCall.safeParse(body);
  if (!call || findTool(await tools.list(caller), call.params.name)) return;
  const wider = findTool(await tools.list({ ...caller, scopes: everyScope }), call.params.name);
  if (wider) throw new AppError("scope_missing", { message: `"${wider.title}" needs the scope "${wider.scope}".` });
}
