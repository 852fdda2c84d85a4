import { AppError } from "@mindmesh/kernel/errors";
import type { FastifyInstance } from "fastify";

const served = new Set(["/health", "/ready", "/metrics"]);

/** For a worker: whoever watches over it is answered, and every other request is refused. */
export function serveWatchingOnly(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    if (served.has(request.routeOptions.url ?? "")) return done();
    done(
      new AppError("not_found", {
        message: "This server works in the background (ROLE=worker): it answers /health, /ready and /metrics alone.",
      }),
    );
  });
}
