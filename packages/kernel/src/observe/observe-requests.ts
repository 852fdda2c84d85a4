import type { FastifyInstance, FastifyRequest } from "fastify";
import "../http/index.ts"; // adds the contract to a route's config
import type { Metrics } from "./metrics.ts";
import type { Tracing } from "./tracing.ts";

/** Requests that take longer are worth a line at the usual log level. */
const slowMilliseconds = 1000;

/** nginx's status for a client that went away before the answer was complete. */
const clientGone = 499;

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const ownRoutes = /^\/(api|v1|health|ready|metrics)\b/;

/**
 * The route's pattern, never the URL: URLs hold ids and the tokens of public links, and would make a metric of each.
 * The page's files count as one.
 */
export function routeOf(request: FastifyRequest): string {
  const { url } = request.routeOptions;
  if (url === undefined) return "unknown";
  return ownRoutes.test(url) ? url : "page";
}

/** Where requests are counted, kept by route, method and status: finding a place costs more than counting. */
function keepPlaces({ requestSeconds }: Metrics) {
  const kept = new Map<string, { route: string; seconds: ReturnType<Metrics["requestSeconds"]["of"]> }>();
  return (request: FastifyRequest, status: number) => {
    const key = `${request.method} ${status} ${request.routeOptions.url}`;
    let place = kept.get(key);
    if (!place) {
      const method = methods.has(request.method) ? request.method : "other";
      const route = routeOf(request);
      place = { route, seconds: requestSeconds.of({ method, route, status: String(status) }) };
      kept.set(key, place);
    }
    return place;
  };
}

/** Measures, traces and logs every request. Registered before every other hook. */
export function observeRequests(
  app: FastifyInstance,
  { metrics, tracing }: { metrics: Metrics; tracing: Tracing | null },
): void {
  const placeOf = keepPlaces(metrics);
  app.addHook("onRequest", (request, reply, done) => {
    metrics.requestsInFlight.inc();
    const begun = performance.now();
    // `close` comes for every answer, complete or cut; Fastify's own hook does not.
    reply.raw.once("close", () => {
      const milliseconds = performance.now() - begun;
      const status = reply.raw.writableFinished ? reply.raw.statusCode : clientGone;
      const { route, seconds } = placeOf(request, status);
      metrics.requestsInFlight.dec();
      seconds.observe(milliseconds / 1000);
      const level = status >= 500 || milliseconds > slowMilliseconds ? "info" : "debug";
      request.log[level]({ method: request.method, route, status, ms: Math.round(milliseconds) }, "request");
    });
    done();
  });
  if (tracing === null) return;
  app.addHook("onRequest", (request, reply, done) => {
    tracing.inRequest({ request, response: reply.raw, route: routeOf(request) }, done);
  });
}
