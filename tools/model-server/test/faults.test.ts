import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ModelServer, closedPort, startModelServer } from "../src/index.ts";
import { FORMAT_NAMES, events, open, send } from "./wire.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const WORDS = "alpha bravo charlie delta echo foxtrot golf hotel";

const ways = [
  ["streamed", true],
  ["whole", false],
] as const;

/** Long enough for anything that was going to come to have come. */
const A_WHILE = 150;

describe.each(FORMAT_NAMES)("%s", (format) => {
  describe.each(ways)("%s", (_way, stream) => {
    const call = (directive: string) => send(server, format, stream, `[[${directive}]]`);

    it.each([400, 401, 403, 404, 429, 500, 503])(
      "refuses with %i and the provider's own kind of body",
      async (status) => {
        const received = await call(`fault=${status} message="No, says the server"`);
        expect(received.status).toBe(status);
        expect(received.headers["content-type"]).toContain("application/json");
        expect(received.headers["retry-after"]).toBeUndefined();
        const body = JSON.parse(received.body) as Record<string, unknown>;
        expect(JSON.stringify(body)).toContain("No, says the server");
        expect(kindOfFailure(body)).toBe(FAILURE_KINDS[format] ?? "OpenAI");
      },
    );

    it("says with 429 when to come back, in the provider's place for it", async () => {
      const received = await call("fault=429 retry-after=2");
      expect(received.status).toBe(429);
      const inBody = (JSON.parse(received.body) as { error?: { details?: object[] } }).error?.details;
      const google = format === "gemini";
      expect(received.headers["retry-after"]).toBe(google ? undefined : "2");
      expect(inBody).toEqual(
        google ? [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2s" }] : undefined,
      );
    });

    it("says that the account has no money left", async () => {
      const received = await call("fault=quota");
      expect(received.status).toBe(format === "anthropic" ? 400 : 429);
      expect(received.body).toMatch(/quota|credit balance/);
    });

    it("is reset before the headers", async () => {
      const received = await call("fault=reset-before-headers");
      expect(received).toMatchObject({ status: undefined, broken: "ECONNRESET", complete: false });
    });

    it("is reset after the headers", async () => {
      const received = await call("fault=reset-after-headers");
      expect(received).toMatchObject({ status: 200, body: "", broken: "ECONNRESET", complete: false });
    });

    it("hangs before the headers until the client gives up", async () => {
      const { request, received, end } = open(server, format, stream, "[[fault=hang-before-headers]]");
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));
      await wait(A_WHILE);
      expect(received.status).toBeUndefined();
      request.destroy();
      await end;
      await vi.waitFor(() =>
        expect(server.requests[0]).toMatchObject({ aborted: true, finished: false, status: undefined }),
      );
    });

    it("hangs in the middle until the client gives up", async () => {
      const { request, received, end } = open(server, format, stream, `[[fault=hang-between-chunks text=${WORDS}]]`);
      await vi.waitFor(() => expect(received.body).toContain(stream ? "charlie" : "{"));
      await wait(A_WHILE);
      expect(received).toMatchObject({ status: 200, complete: false, broken: undefined });
      expect(isWhole(received.body, stream)).toBe(false);
      request.destroy();
      await end;
      await vi.waitFor(() => expect(server.requests[0]).toMatchObject({ aborted: true, finished: false, status: 200 }));
    });

    it("sends a proxy's HTML page with status 200", async () => {
      const received = await call("fault=html");
      expect(received).toMatchObject({ status: 200, complete: true });
      expect(received.headers["content-type"]).toContain("text/html");
      expect(received.body).toMatch(/^<!doctype html>/);
    });

    it("sends nothing at all with status 200", async () => {
      expect(await call("fault=empty-body")).toMatchObject({ status: 200, body: "", complete: true });
    });

    it("is cut in the middle without a word", async () => {
      const received = await call(`fault=cut text=${WORDS}`);
      expect(received).toMatchObject({ status: 200, broken: "ECONNRESET", complete: false });
      expect(received.body).toContain(stream ? "charlie" : "{");
      expect(isWhole(received.body, stream)).toBe(false);
      expect(server.requests[0]).toMatchObject({ aborted: false, finished: false });
    });

    it("holds 40 MiB in one piece", async () => {
      const received = await call("fault=huge-chunk");
      expect(received).toMatchObject({ status: 200, complete: true });
      const longest = Math.max(...pieces(received.body, stream).map((data) => JSON.stringify(data).length));
      expect(longest).toBeGreaterThan(40 * 1024 * 1024);
    });

    it("holds JSON that breaks off", async () => {
      const received = await call(`fault=invalid-json text=${WORDS}`);
      expect(received).toMatchObject({ status: 200, complete: true });
      const broken = pieces(received.body, stream).filter((data) => typeof data === "string" && data !== "[DONE]");
      expect(broken).toHaveLength(1);
      expect(() => JSON.parse(String(broken[0])) as unknown).toThrow(SyntaxError);
    });

    it("calls a tool with arguments that are not JSON", async () => {
      const received = await call("fault=bad-tool-arguments tool=lookup");
      expect(received).toMatchObject({ status: 200, complete: true });
      expect(spokenArguments(pieces(received.body, stream))).toContain('{"broken": "arguments');
    });

    it("leaves the figures out", async () => {
      const received = await call(`fault=no-usage text=${WORDS}`);
      expect(received).toMatchObject({ status: 200, complete: true });
      expect(received.body).not.toMatch(/_tokens|TokenCount/);
      expect(received.body).toContain("hotel");
    });

    it("gives only zeros as figures", async () => {
      const received = await call(`fault=zero-usage text=${WORDS}`);
      const figures = [...received.body.matchAll(/"(?:input_tokens|prompt_tokens|promptTokenCount)":(\d+)/g)].map(
        (match) => match[1],
      );
      expect(figures.length).toBeGreaterThan(0);
      expect(new Set(figures)).toEqual(new Set(["0"]));
    });

    it("calls the right bytes by a wrong type", async () => {
      const wrong = await call(`fault=wrong-content-type text=${WORDS}`);
      expect(wrong.headers["content-type"]).toBe("application/octet-stream");
      expect(wrong.body).toContain("hotel");
      expect(wrong.complete).toBe(true);
    });

    it("ends without saying why", async () => {
      const received = await call(`fault=no-finish text=${WORDS}`);
      expect(received).toMatchObject({ status: 200, complete: true });
      expect(received.body).toContain("hotel");
      expect(received.body).not.toMatch(
        /"(?:finish_reason|stop_reason|finishReason)":"|response\.completed|"status":"completed","background"|\[DONE\]/,
      );
    });

    it("heals after as many faults as were asked for", async () => {
      const statuses: (number | undefined)[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await call("fault=503 times=2")).status);
      expect(statuses).toEqual([503, 503, 200]);
    });
  });

  it("tells of the error in the first event of a stream", async () => {
    const received = await send(server, format, true, `[[fault=error-first message=Overloaded]]`);
    expect(received).toMatchObject({ status: 200, complete: true });
    expect(received.headers["content-type"]).toContain("text/event-stream");
    expect(events(received.body)).toHaveLength(1);
    expect(received.body).toContain("Overloaded");
  });

  it("tells of the error in the middle of a stream, and ends", async () => {
    const received = await send(server, format, true, `[[fault=error-midway message=Overloaded text="${WORDS}"]]`);
    expect(received).toMatchObject({ status: 200, complete: true });
    expect(received.body).toContain("charlie");
    expect(JSON.stringify(events(received.body).at(-1))).toContain("Overloaded");
    expect(received.body).not.toMatch(/hotel|\[DONE\]|message_stop|response\.completed/);
  });

  it.each(["error-first", "error-midway"])("tells of the error in a whole body with status 200 (%s)", async (fault) => {
    const received = await send(server, format, false, `[[fault=${fault} message=Overloaded]]`);
    expect(received).toMatchObject({ status: 200, complete: true });
    expect(received.body).toContain("Overloaded");
  });

  it("opens a stream and ends it with no event", async () => {
    const received = await send(server, format, true, "[[fault=empty-stream]]");
    expect(received).toMatchObject({ status: 200, body: "", complete: true });
    expect(received.headers["content-type"]).toContain("text/event-stream");
    expect(received.headers["content-length"]).toBeUndefined();
  });

  it("answers whole although a stream was asked for", async () => {
    const received = await send(server, format, true, `[[fault=ignores-stream text=${WORDS}]]`);
    expect(received.headers["content-type"]).toContain("application/json");
    expect(JSON.stringify(JSON.parse(received.body))).toContain(WORDS);
  });
});

const FAILURE_KINDS: Record<string, string> = { anthropic: "Anthropic", gemini: "Google", mistral: "Mistral" };

/** Whose error body this is, by the fields that only theirs have. */
function kindOfFailure(body: Record<string, unknown>): string {
  if (body.object === "error" || "detail" in body) return "Mistral";
  if (body.type === "error") return "Anthropic";
  return "status" in (body.error as object) ? "Google" : "OpenAI";
}

/** The events of a stream or the one piece of a whole body, each as JSON if it is. */
function pieces(body: string, stream: boolean): unknown[] {
  return events(stream ? body : `data: ${body}`);
}

/** Whether the last word of the answer arrived or, when it is not a stream, the last brace of the JSON. */
function isWhole(body: string, stream: boolean): boolean {
  if (stream) return body.includes("hotel");
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Everything in `value` that stands where a tool's arguments stand, joined. */
function spokenArguments(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([key, inner]) => {
      if (typeof inner === "string")
        return ["arguments", "partial_json", "args", "input", "delta"].includes(key) ? inner : "";
      return spokenArguments(inner);
    })
    .join("");
}

it("gives an address at which nobody listens", async () => {
  const url = await closedPort();
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
});
