import { startTestServer } from "@mindmesh/test-support";
import { describe, expect, it } from "vitest";
import { startCollector } from "./collector.ts";

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface SentTraces {
  resourceSpans: {
    resource: { attributes: SentSpan["attributes"] };
    scopeSpans: { spans: SentSpan[] }[];
  }[];
}

const attribute = (span: Pick<SentSpan, "attributes">, key: string) => {
  const value = span.attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

describe("traces", () => {
  it("of a request reach the collector with its route, its id and its queries, and nothing that a person wrote", async () => {
    const collector = await startCollector();
    const server = await startTestServer({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` },
    });
    const person = await server.signUp("Confidential Name");
    const parent = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    const answer = await person.fetch("/api/me", {
      headers: { traceparent: `00-${parent.traceId}-${parent.spanId}-01` },
    });
    await server.close(); // sends what is waiting

    expect(collector.received.every(({ path }) => path === "/v1/traces")).toBe(true);
    const sent = collector.received.map(({ body }) => JSON.parse(body) as SentTraces);
    const [resource] = sent.flatMap((each) => each.resourceSpans.map((entry) => entry.resource));
    expect(resource && attribute(resource, "service.name")).toBe("mindmesh");
    const spans = sent.flatMap((each) =>
      each.resourceSpans.flatMap((entry) => entry.scopeSpans.flatMap((scope) => scope.spans)),
    );
    const request = spans.find((span) => span.name === "GET /api/me");
    expect(request).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId });
    expect(request && attribute(request, "http.response.status_code")).toBe(200);
    expect(request && attribute(request, "mindmesh.request_id")).toBe(answer.headers.get("x-request-id"));
    const queries = spans.filter((span) => span.parentSpanId === request?.spanId);
    expect(queries.map((span) => attribute(span, "db.operation.name"))).toContain("SELECT");
    expect(spans.some((span) => span.name === "INSERT")).toBe(true);
    expect(collector.received.map(({ body }) => body).join()).not.toContain("Confidential Name");
    await collector.close();
  });
});
