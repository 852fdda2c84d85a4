import type { ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import type { Pool } from "pg";

export interface Tracing {
  /** Runs `next`, and all that follows from it, within the span of a request. */
  inRequest(served: { request: FastifyRequest; response: ServerResponse; route: string }, next: () => void): void;
  /** Makes a span of every query that belongs to a traced request. */
  watchPool(pool: Pool): void;
  /** Sends what is waiting and ends. */
  close(): Promise<void>;
}

/**
 * OpenTelemetry traces, sent by OTLP over HTTP to `<endpoint>/v1/traces`. Null without an endpoint: then nothing of
 * OpenTelemetry is even loaded. The standard OTEL_ variables (headers, sampler, batch) are the library's own.
 */
export async function openTracing(settings: {
  endpoint: string | undefined;
  version: string;
  serverId: string;
}): Promise<Tracing | null> {
  if (settings.endpoint === undefined) return null;
  const { startOpenTelemetry } = await import("./open-telemetry.ts");
  return startOpenTelemetry({ ...settings, endpoint: settings.endpoint });
}

/** Whether traces would be taken at the endpoint; nothing is left there. @throws when not, within seconds */
export async function checkTracing(endpoint: string): Promise<void> {
  const { exportNothing } = await import("./open-telemetry.ts");
  await exportNothing(endpoint);
}
