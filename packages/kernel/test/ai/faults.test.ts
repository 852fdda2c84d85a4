import { type Behaviour, NAMED_FAULTS, closedPort } from "@mindmesh/model-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FailureKind, ModelFailed, type ModelGateway } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { firstPartMs: 5000, silenceMs: 5000, retryDelayMs: 20 } });
  // Every call reserves what it may cost, of a budget that has enough for all of them. A local Ollama costs nothing.
  for (const name of ["anthropic", "openai", "google", "groq", "mistral", "openai-compatible"]) {
    await fixture.setPrice(`${name}/*`, 1, 10);
  }
  await fixture.setBudget({ limitUsd: 100_000 });
  await fixture.gateway.listModels(fixture.tenant, { refresh: true });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());
afterEach(expectNothingOpen);

/** Whatever its end, a call leaves nothing open at the provider. */
async function expectNothingOpen(): Promise<void> {
  await expect.poll(() => fixture.models.requests.filter(({ closed }) => !closed)).toEqual([]);
}

/** What models' names begin with; those of OpenAI that think are called by Responses. */
const providers = ["anthropic", "openai", "openai/gpt-5", "google", "groq", "mistral", "openai-compatible", "ollama"];

let number = 0;
/** Every case has a model of its own, so that one case's failures do not open the circuit of another. */
function ask(gateway: ModelGateway, provider: string, signal?: AbortSignal) {
  number += 1;
  const messages = [{ role: "user" as const, content: "Say something." }];
  const model = `${provider}/case-${number}`;
  return gateway.stream({ ...fixture.tenant, product: "chat", model, messages, signal, fallback: false });
}

/** The same with others left that can answer; the fault is in the model's name, so that only this one has it. */
function askWithFallback(provider: string, behaviour: Behaviour, gateway = fixture.gateway) {
  number += 1;
  const { fault, retryAfterSeconds, after, bytes } = behaviour;
  const more = Object.entries({ "retry-after": retryAfterSeconds, after, bytes });
  const set = more.flatMap(([field, value]) => (value === undefined ? [] : ` ${field}=${value}`));
  const messages = [{ role: "user" as const, content: "Say something." }];
  const name = `${provider}/case-${number}[[fault=${fault}${set.join("")}]]`;
  return { name, parts: gateway.stream({ ...fixture.tenant, product: "chat", model: name, messages }) };
}

/** Failures that say nothing about the key, the name or the request: where others are left, they answer. */
const passes = new Set<FailureKind>(["too_many", "overloaded", "unreachable", "bad_answer"]);

/** What reached the provider, besides other gateways that look for an Ollama. */
const calls = () => fixture.models.requests.filter((each) => each.method === "POST");

interface Refusal {
  fault: Behaviour;
  kind: FailureKind;
  says: RegExp;
  /** How often the provider is asked. */
  attempts: number;
}

// Before the first part: a clear error, after as many attempts as are safe and sensible.
const refusals: Refusal[] = [
  { fault: { fault: 400 }, kind: "bad_request", says: /refused the request/, attempts: 1 },
  { fault: { fault: 401 }, kind: "wrong_key", says: /does not accept the API key/, attempts: 1 },
  { fault: { fault: 403 }, kind: "no_permission", says: /does not allow/, attempts: 1 },
  { fault: { fault: 404 }, kind: "unknown_model", says: /does not know this model/, attempts: 1 },
  { fault: { fault: 429 }, kind: "too_many", says: /too many requests/, attempts: 3 },
  { fault: { fault: 429, retryAfterSeconds: 20 }, kind: "too_many", says: /too many requests/, attempts: 1 },
  { fault: { fault: 500 }, kind: "overloaded", says: /error of its own \(500\)/, attempts: 3 },
  { fault: { fault: 503 }, kind: "overloaded", says: /overloaded/, attempts: 3 },
  { fault: { fault: "quota" }, kind: "no_credit", says: /no credit or quota left/, attempts: 1 },
  { fault: { fault: "reset-before-headers" }, kind: "unreachable", says: /closed the connection/, attempts: 3 },
  { fault: { fault: "reset-after-headers" }, kind: "unreachable", says: /closed the connection/, attempts: 3 },
  { fault: { fault: "html" }, kind: "bad_answer", says: /web page/, attempts: 1 },
  { fault: { fault: "empty-body" }, kind: "bad_answer", says: /ended its answer before it began/, attempts: 3 },
  { fault: { fault: "empty-stream" }, kind: "bad_answer", says: /ended its answer before it began/, attempts: 3 },
  { fault: { fault: "error-first" }, kind: "overloaded", says: /overloaded|error of its own/, attempts: 3 },
  { fault: { fault: "invalid-json", after: 0 }, kind: "bad_answer", says: /not part of an answer/, attempts: 3 },
  { fault: { fault: "ignores-stream" }, kind: "bad_answer", says: /did not stream/, attempts: 1 },
  {
    fault: { fault: "huge-chunk", bytes: 8 * 1024 * 1024 },
    kind: "bad_answer",
    says: /more in one piece than can be accepted/,
    attempts: 1,
  },
];

// After the first part: what had come stays, and the error says that it is not all.
const interruptions: { fault: Behaviour; kinds: FailureKind[] }[] = [
  { fault: { fault: "cut" }, kinds: ["cut", "unreachable"] },
  { fault: { fault: "no-finish" }, kinds: ["cut"] },
  { fault: { fault: "error-midway" }, kinds: ["overloaded"] },
  { fault: { fault: "invalid-json" }, kinds: ["bad_answer"] },
];

const hangs = [
  ["hang-before-headers", false, /did not begin to answer/],
  ["hang-between-chunks", true, /sent nothing more/],
] as const;

describe.each(providers)("when %s", (provider) => {
  it.each(refusals.map((each) => [JSON.stringify(each.fault), each] as const))(
    "refuses with %s, the caller gets a clear error and no answer",
    async (_, { fault, kind, says, attempts }) => {
      fixture.models.setFault(fault);
      const { text, finish, error } = await collect(ask(fixture.gateway, provider));
      expect(error).toBeInstanceOf(ModelFailed);
      expect(error).toMatchObject({ code: "model_failed", kind, interrupted: false });
      expect((error as ModelFailed).message).toMatch(says);
      expect((error as ModelFailed).retryAfterSeconds).toBe(fault.retryAfterSeconds);
      expect({ text, finish }).toEqual({ text: "", finish: null });
      expect(calls()).toHaveLength(attempts);
    },
  );

  it.each(interruptions.map((each) => [JSON.stringify(each.fault), each] as const))(
    "breaks off with %s, the caller keeps the beginning and knows that it is one",
    async (_, { fault, kinds }) => {
      fixture.models.setBehaviour({ text: "One two three four five six seven eight", chunks: 8 });
      fixture.models.setFault(fault);
      const { text, finish, error } = await collect(ask(fixture.gateway, provider));
      expect(text).toMatch(/^One two three/);
      expect(finish).toBeNull();
      expect(error).toMatchObject({ code: "model_failed", interrupted: true });
      expect(kinds).toContain((error as ModelFailed).kind);
      expect(calls()).toHaveLength(1);
    },
  );

  it("fails once and is well again, the caller sees only the answer", async () => {
    fixture.models.setBehaviour({ text: "All is well." });
    fixture.models.setFault({ fault: 503, retryAfterSeconds: 1, times: 1 });
    const { text, finish, error } = await collect(ask(fixture.gateway, provider));
    expect(error).toBeNull();
    expect(text).toBe("All is well.");
    expect(finish).toMatchObject({ retries: 1, reason: "stop" });
  });

  it("sends the right bytes under a wrong content type, the answer is right", async () => {
    fixture.models.setBehaviour({ text: "Right all the same.", fault: "wrong-content-type" });
    const { text, finish } = await collect(ask(fixture.gateway, provider));
    expect(text).toBe("Right all the same.");
    expect(finish).not.toBeNull();
  });

  // Anthropic's protocol has no message without usage; there it is an error like any other event that is not right.
  it.each(provider === "anthropic" ? ["zero-usage" as const] : ["zero-usage" as const, "no-usage" as const])(
    "says nothing of usage (%s), usage and cost are unknown, not 0",
    async (fault) => {
      fixture.models.setBehaviour({ text: "Uncounted.", fault });
      const { text, finish } = await collect(ask(fixture.gateway, provider));
      expect(text).toBe("Uncounted.");
      const costUsd = provider === "ollama" ? 0 : null;
      expect(finish).toMatchObject({ reason: "stop", costUsd, usage: { inputTokens: null, outputTokens: null } });
    },
  );

  it("sends 40 MB in one chunk, the call ends with an error before it is all in memory", async () => {
    fixture.models.setFault("huge-chunk");
    const before = process.memoryUsage().rss;
    // Its own time to begin: this process has to write the 40 MB as well as to read them.
    const { finish, error } = await collect(ask(fixture.open({ limits: { retryDelayMs: 20 } }), provider));
    expect(finish).toBeNull();
    expect(error).toMatchObject({ kind: "bad_answer" });
    expect((error as ModelFailed).message).toMatch(/more in one piece than can be accepted/);
    expect(calls()[0]).toMatchObject({ finished: false });
    // The server of the test lives in the same process and holds its 40 MB twice over.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it.each(hangs)("hangs (%s), the call ends at its time limit and hangs up", async (fault, interrupted, says) => {
    const gateway = fixture.open({ limits: { firstPartMs: 700, silenceMs: 700 } });
    await gateway.listModels(fixture.tenant, { refresh: true });
    fixture.models.setFault(fault);
    const { error } = await collect(ask(gateway, provider));
    expect(error).toMatchObject({ kind: "timeout", interrupted });
    expect((error as ModelFailed).message).toMatch(says);
    await expect.poll(() => calls()[0]?.aborted).toBe(true);
    expect(calls()).toHaveLength(1);
  });

  it("is stopped by the caller in the middle, the provider's connection ends at once", async () => {
    fixture.models.setBehaviour({ chunks: 500, delayMs: 5 });
    const controller = new AbortController();
    let seen = 0;
    const reading = async () => {
      for await (const part of ask(fixture.gateway, provider, controller.signal)) {
        seen += part.type === "text" ? 1 : 0;
        if (seen === 3) controller.abort("stopped");
      }
    };
    await expect(reading()).rejects.toBe("stopped");
    await expect.poll(() => calls()[0]?.aborted).toBe(true);
    expect(calls()[0]?.eventsSent).toBeLessThan(100);
  });

  it("is left by the caller in the middle, the provider's connection ends at once", async () => {
    fixture.models.setBehaviour({ chunks: 500, delayMs: 5 });
    for await (const part of ask(fixture.gateway, provider)) if (part.type === "text") break;
    await expect.poll(() => calls()[0]?.aborted).toBe(true);
  });

  it("is cancelled while it hangs before the headers, the call ends at once", async () => {
    fixture.models.setFault("hang-before-headers");
    const controller = new AbortController();
    const reading = collect(ask(fixture.gateway, provider, controller.signal));
    await expect.poll(() => calls().length).toBe(1);
    controller.abort("stopped");
    expect((await reading).error).toBe("stopped");
    await expect.poll(() => calls()[0]?.aborted).toBe(true);
  });
});

const cases = (all: Refusal[]) => all.map((each) => [JSON.stringify(each.fault), each] as const);
const own = ["openai-compatible", "ollama"];

const strangers = providers.filter((each) => !own.includes(each));

it.each(hangs)("whoever hangs (%s), where others are left one of them answers or goes on", async (fault, _, says) => {
  const gateway = fixture.open({ limits: { firstPartMs: 1500, silenceMs: 1500 } });
  await gateway.listModels(fixture.tenant, { refresh: true });
  const whole = "One two three four five six seven eight";
  fixture.models.setBehaviour({ text: whole, chunks: 8 });
  const asked = strangers.map(async (provider) => {
    const { name, parts } = askWithFallback(provider, { fault }, gateway);
    const { text, error, others } = await collect(parts);
    expect({ text, error }, provider).toEqual({ text: whole, error: null });
    expect(others).toMatchObject([{ type: "switched", from: name, reason: expect.stringMatching(says) }]);
  });
  await Promise.all(asked);
  expect(calls().filter(({ aborted }) => aborted)).toHaveLength(strangers.length);
});

describe.each(strangers)("when others are left and %s", (provider) => {
  it.each(cases(refusals.filter((each) => passes.has(each.kind))))(
    "refuses with %s, another answers and says in whose place",
    async (_, { fault, says, attempts }) => {
      fixture.models.setBehaviour({ text: "The answer." });
      const { name, parts } = askWithFallback(provider, fault);
      const { text, finish, error, others } = await collect(parts);
      expect(error).toBeNull();
      expect(text).toBe("The answer.");
      expect(finish?.provider).not.toBe(provider.split("/")[0]);
      expect(finish?.route).toMatch(/^instead of .*: backup: automatic .*; after: /);
      expect(others).toEqual([
        { type: "switched", from: name, to: finish?.model, reason: expect.stringMatching(says) },
      ]);
      expect(calls()).toHaveLength(attempts + 1);
    },
  );

  it.each(interruptions.map((each) => [JSON.stringify(each.fault), each] as const))(
    "breaks off with %s, the answer goes on from its last word",
    async (_, { fault }) => {
      const whole = "One two three four five six seven eight";
      fixture.models.setBehaviour({ text: whole, chunks: 8 });
      const { name, parts } = askWithFallback(provider, fault);
      const { text, finish, error, others } = await collect(parts);
      expect(error).toBeNull();
      expect(text).toBe(whole);
      expect(others).toMatchObject([{ type: "switched", from: name, to: finish?.model }]);
      expect(finish).toMatchObject({ reason: "stop", costUsd: null, usage: { inputTokens: null, outputTokens: null } });
      await fixture.gateway.drain();
      const { rows } = await fixture.db.pool.query(
        "SELECT provider, status FROM kernel.model_calls ORDER BY started_at DESC, id DESC LIMIT 2",
      );
      expect(rows).toEqual([
        { provider: finish?.provider, status: "done" },
        { provider: provider.split("/")[0], status: "interrupted" },
      ]);
    },
  );
});

describe.each([
  ...strangers.map((each) => [each, (kind: FailureKind) => !passes.has(kind)] as const),
  ...own.map((each) => [each, () => true] as const),
])("whoever else is left, when %s", (provider, stays) => {
  it.each(cases(refusals.filter((each) => stays(each.kind))))(
    "refuses with %s, the caller gets that error",
    async (_, { fault, kind, attempts }) => {
      const { text, finish, error, others } = await collect(askWithFallback(provider, fault).parts);
      expect(error).toMatchObject({ kind, interrupted: false });
      expect({ text, finish, others }).toEqual({ text: "", finish: null, others: [] });
      expect(calls()).toHaveLength(attempts);
    },
  );
});

describe("when the address is wrong", () => {
  const open = (OPENAI_COMPATIBLE_BASE_URL: string) => fixture.open({ settings: { OPENAI_COMPATIBLE_BASE_URL } });

  it("nothing listens there, and the error says so", async () => {
    const { error } = await collect(ask(open(await closedPort()), "openai-compatible"));
    expect(error).toMatchObject({ kind: "unreachable", interrupted: false });
    expect((error as ModelFailed).message).toMatch(/nothing listens at its address/);
  });

  it("the name does not exist, and the error says so", async () => {
    const { error } = await collect(ask(open("http://no-such-host.invalid/v1"), "openai-compatible"));
    expect((error as ModelFailed).message).toMatch(/its name (?:is not known|could not be looked up)/);
  });

  it("the server does not speak TLS, and the error says so", async () => {
    const { error } = await collect(ask(open(fixture.models.url.replace("http:", "https:")), "openai-compatible"));
    expect(error).toMatchObject({ kind: "unreachable" });
    expect((error as ModelFailed).message).toMatch(/TLS/);
  });
});

it("every fault that the model server knows is in one of the tables", () => {
  const covered = [...refusals.map((each) => each.fault.fault), ...interruptions.map((each) => each.fault.fault)];
  const elsewhere = [
    "hang-before-headers",
    "hang-between-chunks",
    "huge-chunk",
    "no-usage",
    "zero-usage",
    "wrong-content-type",
  ];
  // In tool-calls.test.ts.
  const others = ["bad-tool-arguments"];
  expect(
    NAMED_FAULTS.filter((fault) => !covered.includes(fault) && ![...elsewhere, ...others].includes(fault)),
  ).toEqual([]);
});

it("every call of this file is settled, whatever its end: nothing is reserved, and what is spent is what they cost", async () => {
  const counted = async () => {
    const { rows } = await fixture.db.pool.query<Record<string, number>>(
      `SELECT reserved_nano::float8 AS reserved, spent_nano / 1e9::float8 AS spent, calls.* FROM kernel.budget_meters,
         (SELECT count(*) FILTER (WHERE status IN ('running', 'lost'))::int AS running,
            count(*) FILTER (WHERE duration_ms IS NULL)::int AS "withoutEnd", count(*)::int AS all,
            sum(cost_usd)::float8 AS cost FROM kernel.model_calls) AS calls`,
    );
    return rows[0] ?? {};
  };
  // The ends of the last calls are written by the gateways that single tests opened, a moment after the answer.
  await expect.poll(counted).toMatchObject({ running: 0, withoutEnd: 0, reserved: 0 });
  const { all, cost, spent = Number.NaN } = await counted();
  expect(all).toBeGreaterThan(300);
  expect(cost).toBeGreaterThan(0);
  expect(cost).toBeCloseTo(spent, 6);
});

it("no call went wrong beside its answer", async () => {
  await fixture.gateway.drain();
  expect(fixture.errors).toEqual([]);
});
