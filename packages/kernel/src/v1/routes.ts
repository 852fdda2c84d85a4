import { v1Routes } from "@mindmesh/contracts/v1";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, implement, requireRight, tenantOf } from "../http/index.ts";
import { type CallSettings, completeChat } from "./complete-chat.ts";
import { createEmbeddings } from "./create-embeddings.ts";
import { createResponse } from "./create-response.ts";
import type { V1Dependencies } from "./dependencies.ts";
import { defaultName, tierNames } from "./find-model.ts";
import { modelNotFound, refusalOf } from "./openai-error.ts";

/** How long what comes of a refused body is dropped before the connection is closed. */
const drainMs = 10_000;

/** No route takes less. */
const alwaysTaken = 1024 * 1024;

/** Registers OpenAI's interface under `/v1`, with refusals in OpenAI's form. */
export function v1RoutesOn(app: FastifyInstance, dependencies: V1Dependencies): void {
  void app.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => refuse(error, request, reply));
    scope.addHook("onRequest", (request, _reply, done) => {
      const announced = Number(request.headers["content-length"] ?? 0);
      // What a route takes at most is not looked up for what every route takes.
      if (announced <= alwaysTaken) return done();
      const limit = request.routeOptions.bodyLimit;
      done(announced > limit ? tooLarge(limit) : undefined);
    });
    const models = modelsOf(dependencies);
    implement(scope, v1Routes, {
      createChatCompletion: ({ caller, body, request, reply }) =>
        completeChat(dependencies, writer(caller), body, settingsOf(caller, request), reply),
      createResponse: ({ caller, body, request, reply }) =>
        createResponse(dependencies, writer(caller), body, settingsOf(caller, request), reply),
      createEmbeddings: ({ caller, body, request, reply }) =>
        createEmbeddings(dependencies, writer(caller), body, settingsOf(caller, request), reply),
      listV1Models: async ({ caller }) => ({ object: "list", data: await models(caller) }),
      readV1Model: async ({ caller, params }) => {
        const all = await models(caller);
        const found = all.find(({ id }) => id === params.model);
        if (!found)
          throw modelNotFound(
            params.model,
            all.map(({ id }) => id),
          );
        return found;
      },
    });
    done();
  });
  void app.register(
    (scope, _options, done) => {
      scope.setNotFoundHandler((request, reply) => refuse(new AppError("not_found"), request, reply));
      done();
    },
    { prefix: "/v1" },
  );
}

function tooLarge(limit: number): AppError {
  return new AppError("too_large", {
    message: `The body is larger than the ${limit / 1024 / 1024} MiB that are taken.`,
  });
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, error: body, retryAfterSeconds, shouldRetry } = refusalOf(error);
  if (status >= 500) request.log.error({ err: error }, body.message);
  else request.log.info({ code: body.code }, "refused");
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", retryAfterSeconds);
  void reply.header("x-should-retry", String(shouldRetry));
  if (!request.raw.readableEnded && !request.raw.destroyed) dropBody(request, reply);
  return reply.status(status).send({ error: body });
}

/** Closing at once would reset the connection, and the client would see a network error in place of the answer. */
function dropBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader("connection");
  const enough = setTimeout(() => raw.socket.destroy(), drainMs).unref();
  raw.once("end", () => clearTimeout(enough));
  raw.resume();
}

/** @throws AppError not_allowed for who may not make anything in the workspace */
function writer(caller: MemberCaller): MemberCaller {
  requireRight(caller, "content.write");
  return caller;
}

/** Answers that an admin has prepared are given unless the request refuses them. */
const cacheWords = ["none", "prepared", "exact", "near"] as const;

/**
 * What the key and headers of a request say about its call: `x-mindmesh-cache`, `x-mindmesh-cache-temperature`,
 * `x-mindmesh-fallback`.
 */
function settingsOf({ via }: MemberCaller, { headers }: FastifyRequest): CallSettings {
  const cache = cacheWords.find((word) => word === headers["x-mindmesh-cache"]) ?? "prepared";
  const cacheTemperature = Number(headers["x-mindmesh-cache-temperature"]);
  return {
    ...(via.kind === "api_key" && { apiKeyId: via.keyId }),
    cache,
    ...(Number.isFinite(cacheTemperature) && { cacheTemperature }),
    ...(headers["x-mindmesh-fallback"] === "none" && { fallback: false }),
  };
}

interface ModelEntry {
  id: string;
  object: "model";
  /** Providers mostly do not say; 0 is what clients take. */
  created: number;
  owned_by: string;
}

function modelsOf({ gateway }: V1Dependencies): (caller: MemberCaller) => Promise<ModelEntry[]> {
  const entry = (id: string, owned_by: string): ModelEntry => ({ id, object: "model", created: 0, owned_by });
  return async (caller) => {
    const { models } = await gateway.listModels(tenantOf(caller));
    const own = models.length === 0 ? [] : [defaultName, ...tierNames].map((name) => entry(name, "mindmesh"));
    return [...own, ...models.map(({ id, provider }) => entry(id, provider))];
  };
}
