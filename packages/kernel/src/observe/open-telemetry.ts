import {
  type Context,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from "@opentelemetry/semantic-conventions";
import { type Span, useTracer } from "./span.ts";
import { tracePool } from "./trace-pool.ts";
import type { Tracing } from "./tracing.ts";

const tracesUrl = (endpoint: string) => `${endpoint.replace(/\/$/, "")}/v1/traces`;

/** Sends an export without spans, with the headers that real ones carry. @throws when it is not taken within 3 s */
export async function exportNothing(endpoint: string): Promise<void> {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: 3000 });
  const error = await new Promise<Error | undefined>((resolve) => {
    exporter.export([], (result) => resolve(result.error));
  });
  await exporter.shutdown();
  if (error) throw error;
}

/** Loads and starts OpenTelemetry; imported only when an endpoint is configured. */
export function startOpenTelemetry(settings: { endpoint: string; version: string; serverId: string }): Tracing {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: process.env["OTEL_SERVICE_NAME"] ?? "mindmesh",
      [ATTR_SERVICE_VERSION]: settings.version,
      "service.instance.id": settings.serverId,
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl(settings.endpoint) }))],
  });
  provider.register();
  const tracer = provider.getTracer("mindmesh", settings.version);

  useTracer({
    startSpan: (name, attributes) => asSpan(tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes })),
    traceId: () => trace.getActiveSpan()?.spanContext().traceId,
  });

  return {
    inRequest({ request, response, route }, next) {
      const caller: Context = propagation.extract(ROOT_CONTEXT, request.headers);
      const span = tracer.startSpan(
        `${request.method} ${route}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            [ATTR_HTTP_REQUEST_METHOD]: request.method,
            [ATTR_HTTP_ROUTE]: route,
            "mindmesh.request_id": request.id,
          },
        },
        caller,
      );
      response.once("close", () => {
        span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode);
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
      context.with(trace.setSpan(caller, span), next);
    },
    watchPool(pool) {
      tracePool(pool, {
        bind: (callback) => context.bind(context.active(), callback),
        startQuery(text) {
          if (trace.getActiveSpan() === undefined) return null; // sweeps and heartbeats
          const operation = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "QUERY";
          return asSpan(
            tracer.startSpan(operation, {
              kind: SpanKind.CLIENT,
              attributes: {
                [ATTR_DB_SYSTEM_NAME]: "postgresql",
                [ATTR_DB_OPERATION_NAME]: operation,
                // Texts hold placeholders; the values travel apart and stay out of traces.
                [ATTR_DB_QUERY_TEXT]: text.slice(0, 1000),
              },
            }),
          );
        },
      });
    },
    async close() {
      useTracer(undefined);
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

function asSpan(span: ApiSpan): Span {
  return {
    set: (name, value) => void span.setAttribute(name, value),
    fail: (message) => void span.setStatus({ code: SpanStatusCode.ERROR, message }),
    end: () => span.end(),
  };
}
