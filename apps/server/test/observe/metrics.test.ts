import { request } from "node:http";
import { type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** fetch() sets the Host header by itself, so these go out by hand. */
function get(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject).end();
  });
}

describe("metrics of a server on somebody's own machine", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it("count each request by its route's pattern, not by the ids in the URL", async () => {
    const person = await server.signUp();
    await person.fetch(`/api/workspaces/${person.workspaceId}/chat/conversations`);
    await fetch(`${server.url}/no/such/page`);
    await eventually(async () => {
      const { body } = await get(`${server.url}/metrics`, {});
      expect(body).toMatch(
        /http_request_duration_seconds_count\{method="POST",route="\/api\/auth\/sign-up",status="201"\} 1/,
      );
      expect(body).toContain('route="/api/workspaces/:workspaceId/chat/conversations",status="200"');
      expect(body).toContain('route="unknown"');
      expect(body).not.toContain(person.workspaceId);
    });
  });

  it("tell of the process, the live connections, the database and the jobs", async () => {
    const person = await server.signUp();
    person.live();
    await eventually(async () => {
      const { body } = await get(`${server.url}/metrics`, {});
      expect(body).toMatch(/^process_resident_memory_bytes \d+/m);
      expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds/m);
      expect(body).toMatch(/^mindmesh_sockets 1$/m);
      expect(body).toMatch(/^mindmesh_database_connections\{state="idle"\} \d+$/m);
      expect(body).toMatch(/^mindmesh_jobs\{queue="normal",state="dead"\} 0$/m);
      expect(body).toMatch(/^mindmesh_info\{version="[\d.]+"\} 1$/m);
    });
  });

  it.each([
    ["comes through a proxy", { "x-forwarded-for": "203.0.113.7" }],
    ["asks by another host's name, as a page of a stranger could", { host: "evil.example" }],
  ])("are refused to somebody who %s", async (_, headers) => {
    const { status, body } = await get(`${server.url}/metrics`, headers);
    expect(status).toBe(401);
    expect(body).toContain("METRICS_TOKEN");
    expect(body).not.toContain("process_resident");
  });

  it("take in what browsers measured, and refuse what no browser measures", async () => {
    const report = (vitals: unknown) =>
      fetch(`${server.url}/api/web-vitals`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ vitals }),
      });
    expect((await report([{ name: "LCP", value: 1234 }])).status).toBe(204);
    expect((await report([{ name: "made up", value: 1 }])).status).toBe(422);
    const { body } = await get(`${server.url}/metrics`, {});
    expect(body).toContain('mindmesh_web_vitals_sum{name="LCP"} 1.234');
    expect(body).not.toContain("made up");
  });
});

describe("metrics of a published server", () => {
  const token = "a token for Prometheus";
  let closed: TestServer;
  let open: TestServer;
  beforeAll(async () => {
    const PUBLIC_URL = "https://mindmesh.example.org";
    closed = await startTestServer({ environment: { PUBLIC_URL } });
    open = await startTestServer({ environment: { PUBLIC_URL, METRICS_TOKEN: token } });
  });
  afterAll(async () => {
    await closed.close();
    await open.close();
  });

  it("are shown to nobody without a token, for a proxy makes every stranger look local", async () => {
    expect((await get(`${closed.url}/metrics`, {})).status).toBe(401);
  });

  it("are shown to whoever brings the token, also through a proxy", async () => {
    const forwarded = { "x-forwarded-for": "203.0.113.7", host: "mindmesh.example.org" };
    const right = await get(`${open.url}/metrics`, { ...forwarded, authorization: `Bearer ${token}` });
    const wrong = await get(`${open.url}/metrics`, { ...forwarded, authorization: `Bearer ${token}!` });
    expect(right.status).toBe(200);
    expect(right.body).toContain("http_requests_in_flight");
    expect(wrong.status).toBe(401);
  });
});
