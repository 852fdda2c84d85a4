import type { Readable } from "node:stream";
import type { HandlerInput, HandlerOutput, RouteDefinition, Routes } from "@mindmesh/contracts/route";
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify";
import { z } from "zod";
import { AppError } from "../errors/index.ts";
import type { Caller, MemberCaller } from "./caller.ts";
import { requireDevice } from "./rights.ts";

type CallerOf<R extends RouteDefinition> = R["audience"] extends "member" | "key" | "program"
  ? MemberCaller
  : R["audience"] extends "person" | "device"
    ? Caller
    : Caller | null;

export type Handler<R extends RouteDefinition> = (
  input: HandlerInput<R> & { caller: CallerOf<R>; request: FastifyRequest; reply: FastifyReply },
) => HandlerOutput<R> | Promise<HandlerOutput<R>>;

export type Handlers<R extends Routes> = { [K in keyof R]: Handler<R[K]> };

/** Finds out who calls; made by `identity`. */
export interface Authentication {
  /** With `workspaceId` the membership there is looked up on the way. */
  caller(request: FastifyRequest, workspaceId?: string): Promise<Caller | null>;
  /** The API key or the program's access token that the request brings; tokens are good for nothing else. */
  program(request: FastifyRequest): Promise<Caller | null>;
  member(caller: Caller, workspaceId: string): Promise<MemberCaller | null>;
}

/** Counts a request against its limit; throws `too_many_requests`. */
export type RateLimit = (
  request: FastifyRequest,
  reply: FastifyReply,
  route: RouteDefinition,
  caller: Caller | null,
) => Promise<void>;

declare module "fastify" {
  interface FastifyInstance {
    authentication: Authentication;
    rateLimit: RateLimit;
  }
  interface FastifyContextConfig {
    /** The contract behind a route; the test that walks every route as a stranger reads it. */
    contract?: RouteDefinition;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/**
 * Registers every route of a contract with its handler: validation, authentication, membership, API-key scope and rate
 * limit happen here; rights beyond membership in the use case.
 */
export function implement<R extends Routes>(app: FastifyInstance, routes: R, handlers: Handlers<R>): void {
  const all = Object.entries(routes).map(([name, route]) => ({
    name,
    route,
    handler: handlers[name] as unknown as AnyHandler,
  }));
  register(
    app,
    all.filter(({ route }) => route.body !== "raw"),
  );
  const raw = all.filter(({ route }) => route.body === "raw");
  if (raw.length === 0) return;
  // In a scope of their own, because there any body is a file, JSON too.
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    register(scope, raw);
    done();
  });
}

type AnyHandler = (input: object) => unknown;

function register(app: FastifyInstance, all: { name: string; route: RouteDefinition; handler: AnyHandler }[]): void {
  for (const { name, route, handler } of all) {
    const options: RouteShorthandOptions = {
      config: { contract: route },
      bodyLimit: route.bodyLimit ?? 1024 * 1024,
      schema: {
        summary: route.summary,
        tags: [route.tag],
        operationId: name,
        ...(route.params && { params: route.params }),
        ...(route.query && { querystring: route.query }),
        ...(route.body && route.body !== "raw" && { body: route.body }),
        response: {
          [route.status ?? (route.response === "none" ? 204 : 200)]:
            route.response === "none" || route.response === "raw" ? z.any() : route.response,
        },
      },
    };
    const asksWorkspace = route.audience === "member";
    app.route({
      method: route.method,
      url: route.path,
      ...options,
      // Before the body is read: a stranger cannot make the server parse anything.
      onRequest: async (request, reply) => {
        const workspaceId = asksWorkspace ? askedWorkspace(request) : undefined;
        const caller = await (route.audience === "program"
          ? app.authentication.program(request)
          : app.authentication.caller(request, workspaceId));
        request.caller = caller;
        await app.rateLimit(request, reply, route, caller);
        if (route.audience === "public") return;
        if (caller === null) throw new AppError("not_signed_in");
        if (route.audience === "device") requireDevice(caller);
        const byKey = route.audience === "key" || route.audience === "program";
        const asked = byKey ? workspaceOfKey(caller) : workspaceId;
        if (!caller.scopes.has(route.scope)) throw new AppError("scope_missing");
        if (!asksWorkspace && !byKey) return;
        const member = asked === undefined ? null : await app.authentication.member(caller, asked);
        if (member === null) throw new AppError("not_found");
        request.caller = member;
      },
      handler: async (request, reply) => {
        const { params, query, caller } = request;
        const isRaw = route.body === "raw";
        try {
          const body = isRaw ? undefined : request.body;
          const result = await handler({ params, query, body, caller, request, reply });
          if (route.response === "none") return reply.status(204).send();
          if (route.response === "raw") return reply.sent ? reply : reply.send(result);
          return reply.status(route.status ?? 200).send(result);
        } finally {
          if (isRaw) drain(request);
        }
      },
    });
  }
}

/**
 * The body of a route whose contract says `body: "raw"`, as a stream, and its length where the client says it.
 * @throws AppError unsupported_type for a form
 */
export function rawBody(request: FastifyRequest): { content: Readable; announcedBytes: number | null } {
  if (request.headers["content-type"]?.startsWith("multipart/")) {
    throw new AppError("unsupported_type", {
      message: "Send the file itself as the body, not a form with the file in it.",
    });
  }
  const length = request.headers["content-length"];
  return { content: request.raw, announcedBytes: length === undefined ? null : Number(length) };
}

/**
 * A refused upload is still on its way. Closing at once would reset the connection, and the client would see a network
 * error in place of the answer; so what comes is dropped for a while.
 */
function drain({ raw }: FastifyRequest): void {
  if (raw.readableEnded || raw.destroyed) return;
  const enough = setTimeout(() => raw.destroy(), 10_000);
  raw.once("close", () => clearTimeout(enough));
  raw.resume();
}

/** @throws AppError not_signed_in for a signed-in person, who may be in any number of workspaces */
function workspaceOfKey({ via }: Caller): string {
  if (via.kind !== "session") return via.workspaceId;
  throw new AppError("not_signed_in", {
    message: "Send an API key as Authorization: Bearer mm_…; make one under Settings, API keys.",
  });
}

/** The workspace named in the path; undefined when it is not an id at all. */
function askedWorkspace(request: FastifyRequest): string | undefined {
  const { workspaceId } = request.params as { workspaceId: string };
  return z.guid().safeParse(workspaceId).success ? workspaceId.toLowerCase() : undefined;
}
