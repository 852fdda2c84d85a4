import type { Attributes, AttributeValue } from "@opentelemetry/api";

/** One piece of work in a trace. Nothing happens, at no cost, while tracing is off. */
export interface Span {
  set(name: string, value: AttributeValue): void;
  /** Marks it as failed. The message must hold no secret and no person's text. */
  fail(message: string): void;
  end(): void;
}

/** What `openTracing` puts in place of nothing. */
export interface Tracer {
  startSpan(name: string, attributes: Attributes): Span;
  traceId(): string | undefined;
}

const nothing: Span = { set: () => undefined, fail: () => undefined, end: () => undefined };

let active: Tracer | undefined;

/** Turns spans on, or off again. */
export function useTracer(tracer: Tracer | undefined): void {
  active = tracer;
}

/**
 * Begins a span below the one of the request that this code runs for; `end` it exactly once. Names and attributes
 * follow OpenTelemetry's semantic conventions (`gen_ai.*` for model calls).
 */
export function startSpan(name: string, attributes: Attributes = {}): Span {
  return active?.startSpan(name, attributes) ?? nothing;
}

/** The id that ties a line of the log to its trace. */
export function traceId(): string | undefined {
  return active?.traceId();
}
