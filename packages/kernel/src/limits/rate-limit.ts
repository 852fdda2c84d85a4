import type { RouteDefinition } from "@mindmesh/contracts/route";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors/index.ts";
import { type Caller, type RateLimit, networkOf } from "../http/index.ts";

/** Points per minute. */
export interface Limits {
  /** Model calls, or requests with an API key, per person. */
  calls: number;
  /** Runs of code per person. */
  runs: number;
  /** Page requests per person. */
  pages: number;
  /** Requests per address of those who are not signed in; people behind one address have each their own `pages`. */
  address: number;
  /** Tries to sign in, sign up or reset a password, per address; changes of an account and the like, per person. */
  sensitive: number;
}

export const defaultLimits: Limits = { calls: 100, runs: 60, pages: 1000, address: 1000, sensitive: 30 };

/** Counts requests per person, or per address of those not signed in; in Redis, where given, so that several servers count as one. */
export function createRateLimit(redis: Redis | null, limits: Limits = defaultLimits): RateLimit {
  const limiter = (name: string, points: number) => {
    const settings = { keyPrefix: `limit:${name}`, points, duration: 60 };
    return redis
      ? // When Redis is away each server counts for itself rather than refusing everybody.
        new RateLimiterRedis({ ...settings, storeClient: redis, insuranceLimiter: new RateLimiterMemory(settings) })
      : new RateLimiterMemory(settings);
  };
  const calls = limiter("calls", limits.calls);
  const runs = limiter("runs", limits.runs);
  const pages = limiter("pages", limits.pages);
  const address = limiter("address", limits.address);
  const sensitive = limiter("sensitive", limits.sensitive);

  function limitersFor(route: RouteDefinition, caller: Caller | null, request: FastifyRequest) {
    const chosen: { limiter: typeof calls; key: string }[] = [];
    if (route.limit === "sensitive") {
      // Whoever guesses passwords may be signed in as somebody else: what is open to all counts by address.
      const person = route.audience === "public" ? undefined : caller?.personId;
      chosen.push({ limiter: sensitive, key: person ?? networkOf(request.ip) });
    }
    if (route.limit === "run" && caller !== null) chosen.push({ limiter: runs, key: caller.personId });
    if (caller === null) chosen.push({ limiter: address, key: networkOf(request.ip) });
    else if (caller.via.kind !== "session" || route.limit === "model")
      chosen.push({ limiter: calls, key: caller.personId });
    else chosen.push({ limiter: pages, key: caller.personId });
    return chosen;
  }

  return async (request: FastifyRequest, reply: FastifyReply, route, caller) => {
    for (const { limiter: each, key } of limitersFor(route, caller, request)) {
      let state: RateLimiterRes;
      let refused = false;
      try {
        state = await each.consume(key);
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        state = rejection;
        refused = true;
      }
      const resetSeconds = Math.ceil(state.msBeforeNext / 1000);
      // RateLimit header fields as in draft-ietf-httpapi-ratelimit-headers, in the widely understood form.
      void reply.headers({
        "ratelimit-limit": each.points,
        "ratelimit-remaining": state.remainingPoints,
        "ratelimit-reset": resetSeconds,
      });
      if (refused) throw new AppError("too_many_requests", { retryAfterSeconds: resetSeconds });
    }
  };
}
