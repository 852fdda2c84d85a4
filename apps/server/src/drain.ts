import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "@mindmesh/kernel/errors";
import type { Readiness } from "@mindmesh/kernel/observe";
import type { FastifyInstance } from "fastify";

/**
 * While the server drains, connections are not kept and calls of models and runs of code are refused, which would only be cut off; all
 * else is answered until the end. `settled` resolves when no request is being answered, at the latest after `seconds`.
 */
export function trackRequests(app: FastifyInstance, readiness: Readiness): { settled(seconds: number): Promise<void> } {
  let open = 0;
  let onEmpty: (() => void) | undefined;
  app.addHook("onRequest", (request, reply, done) => {
    open += 1;
    reply.raw.once("close", () => {
      open -= 1;
      if (open === 0) onEmpty?.();
    });
    if (!readiness.draining) return done();
    void reply.header("connection", "close");
    const isRefused = ["model", "run"].includes(request.routeOptions.config.contract?.limit ?? "");
    done(isRefused ? new AppError("unavailable", { retryAfterSeconds: 1 }) : undefined);
  });
  return {
    async settled(seconds) {
      if (open === 0) return;
      const deadline = new AbortController();
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      await Promise.race([empty, wait(seconds * 1000, undefined, deadline)]);
      deadline.abort();
    },
  };
}
