import { once } from "node:events";
import { connect } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
beforeAll(async () => {
  fixture = await startV1();
});
afterAll(() => fixture.close());

interface Answer {
  status: number;
  headers: Headers;
  error: { message: string; type: string; param: string | null; code: string | null };
}

async function send(path: string, body: unknown, key: string | null = fixture.key): Promise<Answer> {
  const response = await fetch(`${fixture.baseURL}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key !== null && { authorization: `Bearer ${key}` }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const { error } = (await response.json()) as { error: Answer["error"] };
  return { status: response.status, headers: response.headers, error };
}

const hello = { model: "openai/gpt-5-mini", messages: [{ role: "user", content: "Hello" }] };

describe("OpenAI's interface refuses in OpenAI's form", () => {
  it("whoever brings no key, a wrong one, or a sign-in in place of one", async () => {
    const wrong = `mm_${"0".repeat(32)}_${"A".repeat(40)}`;
    for (const key of [null, wrong, "sk-something", fixture.person.accessToken]) {
      const { status, error } = await send("/chat/completions", hello, key);
      expect(status).toBe(401);
      expect(error).toMatchObject({ type: "authentication_error", code: "invalid_api_key", param: null });
    }
  });

  it("what only a provider of the same format can do, where another one is asked", async () => {
    for (const more of [{ logprobs: true }, { top_logprobs: 2 }, { logit_bias: { "50256": -100 } }]) {
      for (const model of ["anthropic/claude-sonnet-4-5", "fast"]) {
        const { status, error } = await send("/chat/completions", { ...hello, ...more, model });
        expect(status).toBe(400);
        expect(error).toMatchObject({ param: Object.keys(more)[0], code: "unsupported_value" });
      }
      const passed = await fetch(`${fixture.baseURL}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${fixture.key}` },
        body: JSON.stringify({ ...hello, ...more }),
      });
      expect(passed.status).toBe(200);
      expect(fixture.models.requests.at(-1)?.body).toMatchObject(more);
    }
    const { status } = await send("/chat/completions", {
      ...hello,
      model: "anthropic/claude-sonnet-4-5",
      logprobs: false,
    });
    expect(status).toBe(200);
  });

  it("a key that may only read, and a key of a person whose role may not write", async () => {
    const reader = await fixture.newKey("read");
    expect(await send("/chat/completions", hello, reader)).toMatchObject({
      status: 403,
      error: { type: "permission_error", code: "scope_missing" },
    });
    const list = await fetch(`${fixture.baseURL}/models`, { headers: { authorization: `Bearer ${reader}` } });
    expect(list.status).toBe(200);
    const viewer = await fixture.server.signUp("Viewer");
    const viewersKey = await fixture.newKey("write", viewer);
    await fixture.server.sql("UPDATE kernel.members SET role = 'viewer' WHERE person_id = $1", [viewer.personId]);
    expect(await send("/chat/completions", hello, viewersKey)).toMatchObject({
      status: 403,
      error: { code: "not_allowed" },
    });
  });

  it("a body that is not right, by the path of what is not", async () => {
    const cases: [unknown, string | null][] = [
      ["{", null],
      ["", null],
      [{}, "model"],
      [{ ...hello, messages: [] }, "messages"],
      [{ ...hello, messages: [{ role: "user" }] }, "messages[0].content"],
      [{ ...hello, messages: [{ role: "wizard", content: "x" }] }, "messages[0].role"],
      [{ ...hello, temperature: 9 }, "temperature"],
      [{ ...hello, n: 3 }, "n"],
      [{ ...hello, tools: [{ type: "function", function: { name: "a b" } }] }, "tools[0].function.name"],
      [
        {
          ...hello,
          model: "anthropic/claude-sonnet-4-5",
          messages: [{ role: "tool", tool_call_id: "x", content: "y" }],
        },
        "messages[0].tool_call_id",
      ],
      [
        {
          ...hello,
          model: "anthropic/claude-sonnet-4-5",
          messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "ftp://x" } }] }],
        },
        "messages[0].content[0].image_url.url",
      ],
    ];
    for (const [body, param] of cases) {
      const { status, error } = await send("/chat/completions", body);
      expect(status, JSON.stringify(body)).toBe(400);
      expect(error, JSON.stringify(body)).toMatchObject({ type: "invalid_request_error", param });
    }
    expect(await send("/responses", { model: "openai/gpt-5-mini", input: 7 })).toMatchObject({
      status: 400,
      error: { param: "input" },
    });
    expect(
      await send("/responses", { model: "openai/gpt-5-mini", input: "x", previous_response_id: "resp_none" }),
    ).toMatchObject({ status: 400, error: { param: "previous_response_id" } });
    for (const [param, value] of [["prompt", { id: "p" }] as const, ["truncation", "auto"] as const]) {
      expect(await send("/responses", { model: "openai/gpt-5-mini", input: "x", [param]: value })).toMatchObject({
        status: 400,
        error: { param },
      });
    }
  });

  it("an image at an address inside the server's own network", async () => {
    const url = `${fixture.models.url}/v1/models`;
    const content = [{ type: "image_url", image_url: { url } }];
    const answer = await send("/chat/completions", {
      model: "anthropic/claude-sonnet-4-5",
      messages: [{ role: "user", content }],
    });
    expect(answer).toMatchObject({ status: 400, error: { param: "messages[0].content[0].image_url.url" } });
    expect(answer.error.message).toContain("inside this server's own network");
  });

  it("what does not exist under /v1", async () => {
    expect(await send("/nothing", {})).toMatchObject({ status: 404, error: { type: "invalid_request_error" } });
  });

  it("a body of 100 MB at its first bytes, announced or not", async () => {
    const { hostname, port } = new URL(fixture.baseURL);
    for (const announced of [true, false]) {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      socket.on("error", () => undefined);
      const heard: string[] = [];
      socket.on("data", (data) => heard.push(data.toString()));
      const length = announced ? `Content-Length: ${100 * 1024 * 1024}` : "Transfer-Encoding: chunked";
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${fixture.key}\r\n` +
          `Content-Type: application/json\r\n${length}\r\n\r\n`,
      );
      let sent = 0;
      const piece = Buffer.alloc(1024 * 1024, 0x20);
      while (heard.length === 0 && sent < 100) {
        if (!announced) socket.write(`${piece.length.toString(16)}\r\n`);
        if (!socket.write(announced ? piece : Buffer.concat([piece, Buffer.from("\r\n")])))
          await Promise.race([once(socket, "drain"), once(socket, "data"), once(socket, "close")]);
        sent += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.destroy();
      expect(heard.join("")).toMatch(/^HTTP\/1\.1 413/);
      expect(heard.join("")).toContain("too_large");
      expect(sent).toBeLessThan(announced ? 20 : 60);
    }
  });

  /** A key of somebody new, whose workspace may spend so much a day. */
  async function keyUnderBudget(name: string, limitUsd: number): Promise<string> {
    const person = await fixture.server.signUp(name);
    const made = await person.fetch(`/api/workspaces/${person.workspaceId}/budgets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "workspace", subject: null, period: "day", limitUsd }),
    });
    expect(made.status).toBe(201);
    return fixture.newKey("write", person);
  }

  // Passed on, and translated under a budget, for which the prompt is measured.
  it.each(["openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"])(
    "nothing of 200,000 repeated characters to %s, and answers others meanwhile",
    async (model) => {
      const key = await keyUnderBudget("Rich", 1000);
      const content = `[[first-delay=200]] ${"a".repeat(200_000)}`;
      const stalls = monitorEventLoopDelay({ resolution: 5 });
      stalls.enable();
      const before = process.cpuUsage();
      const call = { isUnderWay: true };
      const long = fetch(`${fixture.baseURL}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ model, messages: [{ role: "user", content }] }),
      }).finally(() => (call.isUnderWay = false));
      const healthUrl = `${fixture.server.url}/health`;
      let answered = 0;
      while (call.isUnderWay) {
        const { status } = await fetch(healthUrl);
        if (call.isUnderWay && status === 200) answered += 1;
      }
      expect((await long).status).toBe(200);
      const { user } = process.cpuUsage(before);
      stalls.disable();
      expect(answered).toBeGreaterThan(2);
      // A tokeniser would need minutes, and let nobody else in before it is done.
      expect(user / 1000).toBeLessThan(5000);
      expect(stalls.max / 1e6).toBeLessThan(5000);
    },
  );

  it("a call that a budget cannot pay, by which budget and when it begins anew, on both ways", async () => {
    const key = await keyUnderBudget("Poor", 0.000_001);
    const calls = fixture.models.requests.filter(({ method }) => method === "POST").length;
    for (const model of ["openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"]) {
      for (const stream of [true, false]) {
        const { status, error } = await send("/chat/completions", { ...hello, model, stream }, key);
        expect(status).toBe(402);
        expect(error).toMatchObject({ type: "insufficient_quota", code: "budget_exhausted" });
        expect(error.message).toMatch(/budget/i);
      }
    }
    expect(fixture.models.requests.filter(({ method }) => method === "POST")).toHaveLength(calls);
  });

  it("the 101st request of a minute, with the time to wait", async () => {
    const busy = await fixture.server.signUp("Busy");
    const key = await fixture.newKey("read", busy);
    const answers = await Promise.all(
      Array.from({ length: 105 }, () =>
        fetch(`${fixture.baseURL}/models`, { headers: { authorization: `Bearer ${key}` } }),
      ),
    );
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ error: { type: "rate_limit_error", code: "too_many_requests" } });
  });

  it("a call from a page of another site", async () => {
    const response = await fetch(`${fixture.baseURL}/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${fixture.key}`,
        origin: "https://evil.example",
      },
      body: JSON.stringify(hello),
    });
    expect(response.status).toBe(403);
  });
});
