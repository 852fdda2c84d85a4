import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import { AppError } from "../errors/index.ts";

const loopbackAddress = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const forwardingHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * `GET /metrics` in Prometheus' text format. With a token, to whoever brings it. Without one only to a program on this
 * machine, and only while the server is not published: behind a proxy every stranger comes from the loopback address.
 */
export function serveMetrics(
  app: FastifyInstance,
  registry: Registry,
  { token, publicUrl }: { token: string | undefined; publicUrl: string },
): void {
  const published = !loopbackHost.test(new URL(publicUrl).host);
  app.get("/metrics", { schema: { hide: true } }, async (request, reply) => {
    if (token === undefined ? published || !isLocal(request) : !bringsToken(request, token)) {
      throw new AppError("not_signed_in", {
        message:
          token === undefined
            ? "Metrics are shown to programs on this machine only. Set METRICS_TOKEN and send it as a bearer token."
            : "Send METRICS_TOKEN as a bearer token.",
      });
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function isLocal(request: FastifyRequest): boolean {
  return (
    loopbackAddress.test(request.socket.remoteAddress ?? "") &&
    loopbackHost.test(request.headers.host ?? "") &&
    forwardingHeaders.every((name) => request.headers[name] === undefined)
  );
}

function bringsToken(request: FastifyRequest, token: string): boolean {
  const sent = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(sent), hash(token));
}
