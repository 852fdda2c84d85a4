import { createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { type Behaviour, type ModelServer, NAMED_FAULTS, closedPort, startModelServer } from "@mindmesh/model-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

const whole = "One two three four five six seven eight";

/** Ways to a model: its bytes pass, or are translated, or are told in the other format. */
const ways: Record<string, Way> = {
  "a chat completion whose bytes pass": { provider: "openai", path: "chat/completions" },
  "a chat completion that is translated": { provider: "anthropic", path: "chat/completions" },
  "a response": { provider: "google", path: "responses" },
};

interface Way {
  provider: string;
  path: "chat/completions" | "responses";
}

/** How a call ended for its client: with an answer, or with an error after what had come. */
interface Outcome {
  status: number;
  headers: Headers;
  body: string;
  text: string;
  /** The answer's own end has come. */
  isWhole: boolean;
  error: { code: string; message: string } | null;
}

interface Piece {
  type?: string;
  delta?: string;
  error?: Outcome["error"];
  response?: { status: string; error: Outcome["error"] };
  choices?: { delta: { content?: string }; finish_reason: string | null }[];
}

function readStream(body: string): Pick<Outcome, "text" | "isWhole" | "error"> {
  const outcome: Pick<Outcome, "text" | "isWhole" | "error"> = { text: "", isWhole: false, error: null };
  for (const line of body.split(/\r?\n/).filter((each) => each.startsWith("data: "))) {
    if (line === "data: [DONE]") {
      outcome.isWhole = true;
      continue;
    }
    const { type, delta, error, response, choices } = JSON.parse(line.slice(6)) as Piece;
    if (type === "response.output_text.delta") outcome.text += delta;
    else if (type === "response.completed") outcome.isWhole = true;
    else if (type === "response.failed") outcome.error = response?.error ?? null;
    else if (type === undefined) outcome.error ??= error ?? null;
    outcome.text += choices?.[0]?.delta.content ?? "";
  }
  return outcome;
}

interface WholeBody {
  error?: Outcome["error"];
  choices?: { message: { content: string | null }; finish_reason: string }[];
  status?: string;
  output?: { content?: { text: string }[] }[];
}

function readWhole(body: string): Pick<Outcome, "text" | "isWhole" | "error"> {
  const { error = null, choices, status, output } = JSON.parse(body) as WholeBody;
  const text = choices?.[0]?.message.content ?? output?.flatMap(({ content }) => content ?? [])[0]?.text ?? "";
  return { text, isWhole: choices?.[0]?.finish_reason === "stop" || status === "completed", error };
}

async function ask(fixture: V1Fixture, way: Way, call: { model: string; stream: boolean; alone: boolean }) {
  const { model, stream, alone } = call;
  const question = "Say something.";
  const asked = way.path === "responses" ? { input: question } : { messages: [{ role: "user", content: question }] };
  const response = await fetch(`${fixture.baseURL}/${way.path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${fixture.key}`,
      ...(alone && { "x-mindmesh-fallback": "none" }),
    },
    body: JSON.stringify({ model, stream, ...asked }),
  });
  const body = await response.text();
  const { status, headers } = response;
  const isStream = headers.get("content-type")?.includes("event-stream") === true;
  return { status, headers, body, ...(isStream ? readStream(body) : readWhole(body)) } satisfies Outcome;
}

/** What reached the provider for a model. */
const sentFor = ({ models }: V1Fixture, model: string) => {
  const name = model.slice(model.indexOf("/") + 1);
  return models.requests.filter(
    ({ method, path, body }) =>
      method === "POST" && (decodeURIComponent(path).includes(name) || (body as { model?: string }).model === name),
  );
};

let number = 0;
/** The fault is in the model's name, so that only this one has it; each call's own, so that circuits stay closed. */
function failing(provider: string, { fault, after, bytes, retryAfterSeconds }: Behaviour): string {
  number += 1;
  const more = { after, bytes, "retry-after": retryAfterSeconds };
  const set = Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : ` ${name}=${value}`));
  return `${provider}/case-${number}[[fault=${fault}${set.join("")}]]`;
}

/** A server on which every call counts for a budget that it cannot spend. */
async function start(...settings: Parameters<typeof startV1>): Promise<V1Fixture> {
  const [environment, options] = settings;
  const fixture = await startV1({ CALLS_PER_MINUTE: "100000", ...environment }, options);
  const { person, server } = fixture;
  const money = createClient(moneyRoutes, { baseUrl: server.url, token: () => person.accessToken });
  const params = { workspaceId: person.workspaceId };
  await money.addPrice({
    params,
    body: { pattern: "*", from: "2020-01-01", inputPerMillion: 1, cachedInputPerMillion: null, outputPerMillion: 10 },
  });
  await money.addBudget({ params, body: { kind: "workspace", subject: null, period: "month", limitUsd: 100_000 } });
  fixture.models.setBehaviour({ text: whole, chunks: 8 });
  // Who else there is has been looked up, so that no list of models is waited for in the middle of a call.
  await fetch(`${fixture.baseURL}/models`, { headers: { authorization: `Bearer ${fixture.key}` } });
  return fixture;
}

/**
 * Waits until every call has its end in the records and nothing is reserved any more. Returns by how many dollars what the
 * budget lost differs from what the records say.
 */
async function unsettled({ server }: V1Fixture): Promise<number> {
  const look = async () => {
    const [row] = await server.sql<{ running: number; reserved: number; spent: number; recorded: number }>(
      `SELECT reserved_nano::float8 AS reserved, spent_nano / 1e9::float8 AS spent, calls.* FROM kernel.budget_meters,
         (SELECT count(*) FILTER (WHERE status IN ('running', 'lost'))::int AS running,
            coalesce(sum(cost_usd), 0)::float8 AS recorded FROM kernel.model_calls) AS calls`,
    );
    return row;
  };
  await expect.poll(look).toMatchObject({ running: 0, reserved: 0 });
  const { spent, recorded } = (await look()) ?? { spent: 0, recorded: Number.NaN };
  expect(spent).toBeGreaterThan(0);
  return spent - recorded;
}

/** The mistake of who asks, or of who runs the server: nobody else is asked. */
const lasting: [Behaviour, string][] = [
  [{ fault: 400 }, "bad_request"],
  [{ fault: 401 }, "wrong_key"],
  [{ fault: 403 }, "no_permission"],
  [{ fault: 404 }, "model_not_found"],
  [{ fault: "quota" }, "no_credit"],
];

/** What passes by itself, or not for another model. */
const passing: [Behaviour, RegExp][] = [
  [{ fault: 429 }, /^too_many$/],
  [{ fault: 429, retryAfterSeconds: 20 }, /^too_many$/],
  [{ fault: 500 }, /^overloaded$/],
  [{ fault: 503 }, /^overloaded$/],
  [{ fault: "reset-before-headers" }, /^unreachable$/],
  [{ fault: "reset-after-headers" }, /^unreachable$/],
  [{ fault: "html" }, /^bad_answer$/],
  [{ fault: "empty-body" }, /^bad_answer$/],
  [{ fault: "empty-stream" }, /^bad_answer$/],
  [{ fault: "error-first" }, /^overloaded$/],
  [{ fault: "invalid-json", after: 0 }, /^bad_answer$/],
  [{ fault: "ignores-stream" }, /^bad_answer$/],
  [{ fault: "huge-chunk", bytes: 8 * 1024 * 1024 }, /^bad_answer$/],
  [{ fault: "cut" }, /^(?:cut|unreachable)$/],
  [{ fault: "no-finish" }, /^cut$/],
  [{ fault: "error-midway" }, /^overloaded$/],
  [{ fault: "invalid-json" }, /^bad_answer$/],
];

/** An answer all the same. */
const harmless: Behaviour[] = [{ fault: "no-usage" }, { fault: "zero-usage" }, { fault: "wrong-content-type" }];

const hangs: [Behaviour, RegExp][] = [
  [{ fault: "hang-before-headers" }, /did not begin to answer for|did not send its answer within/],
  [{ fault: "hang-between-chunks" }, /sent nothing more for|did not send its answer within/],
];

const named = <T extends [Behaviour, ...unknown[]]>(table: T[]) =>
  table.map((row) => [JSON.stringify(row[0]), ...row] as [string, ...T]);

/** One fault, streamed and whole at the same time. */
async function bothForms(check: (stream: boolean) => Promise<void>): Promise<void> {
  await Promise.all([true, false].map(check));
}

const answered = { status: 200, text: whole, isWhole: true, error: null };

async function expectError(fixture: V1Fixture, outcome: Outcome, model: string, code: RegExp): Promise<void> {
  const { text, isWhole, error } = outcome;
  expect({ isWhole, begins: whole.startsWith(text) }).toEqual({ isWhole: false, begins: true });
  expect(error?.code).toMatch(code);
  expect(error?.message).toMatch(/^\S.{10,}/);
  await expectClosed(fixture, model);
}

async function expectClosed(fixture: V1Fixture, model: string): Promise<void> {
  await expect.poll(() => sentFor(fixture, model).filter(({ closed }) => !closed)).toEqual([]);
}

describe("a provider that fails", () => {
  let fixture: V1Fixture;
  beforeAll(async () => {
    fixture = await start({}, { modelLimits: { retryDelayMs: 20 } });
  });
  afterAll(() => fixture.close());

  describe.each(Object.entries(ways))("at %s", (name, way) => {
    const isPassed = name === "a chat completion whose bytes pass";
    /** Nothing is wrong with these where a whole answer is what was asked for. */
    const isFine = ({ fault }: Behaviour, stream: boolean) =>
      isPassed && !stream && (fault === "ignores-stream" || fault === "huge-chunk");

    it.each(named(lasting))("with %s says so, whoever else is left", (_, fault, code) =>
      bothForms(async (stream) => {
        for (const alone of [true, false]) {
          const model = failing(way.provider, fault);
          const outcome = await ask(fixture, way, { model, stream, alone });
          expect(outcome.text).toBe("");
          await expectError(fixture, outcome, model, new RegExp(`^${code}$`));
          expect(sentFor(fixture, model)).toHaveLength(1);
        }
      }),
    );

    it.each(named(passing))("with %s and nobody else is a clear error after what had come", (_, fault, code) =>
      bothForms(async (stream) => {
        if (isFine(fault, stream)) return;
        const model = failing(way.provider, fault);
        const outcome = await ask(fixture, way, { model, stream, alone: true });
        await expectError(fixture, outcome, model, code);
        expect(outcome.headers.get("retry-after")).toBe(fault.retryAfterSeconds === undefined ? null : "20");
      }),
    );

    it.each(named(passing))("with %s and others left is the whole answer", (_, fault) =>
      bothForms(async (stream) => {
        if (isFine(fault, stream)) return;
        const model = failing(way.provider, fault);
        expect(await ask(fixture, way, { model, stream, alone: false })).toMatchObject(answered);
        await expectClosed(fixture, model);
      }),
    );

    it.each(harmless.map((each) => [each.fault, each] as const))("with %s is the whole answer", (_, fault) =>
      bothForms(async (stream) => {
        // Anthropic's protocol has no message without usage: there it is an error.
        if (way.provider === "anthropic" && fault.fault === "no-usage") return;
        const model = failing(way.provider, fault);
        expect(await ask(fixture, way, { model, stream, alone: true })).toMatchObject(answered);
        await expectClosed(fixture, model);
      }),
    );

    it("writes arguments of a call that are not JSON, and they come as they are", () =>
      bothForms(async (stream) => {
        const model = failing(way.provider, { fault: "bad-tool-arguments" });
        const { status, body, error } = await ask(fixture, way, { model, stream, alone: true });
        expect({ status, error }).toEqual({ status: 200, error: null });
        expect(body).toContain("broken");
        await expectClosed(fixture, model);
      }));

    it("goes on writing what is no answer, and is hung up", async () => {
      fixture.models.setBehaviour({ text: whole, chunks: 8, delayMs: 200 });
      const model = failing(way.provider, { fault: "invalid-json", after: 1 });
      const outcome = await ask(fixture, way, { model, stream: true, alone: true });
      fixture.models.setBehaviour({ text: whole, chunks: 8 });
      await expectError(fixture, outcome, model, /^bad_answer$/);
      expect(sentFor(fixture, model)).toMatchObject([{ aborted: true }]);
    });
  });

  it("passes whole answers on that only a stream could not have", async () => {
    const way = { provider: "openai", path: "chat/completions" } as const;
    for (const fault of [{ fault: "ignores-stream" }, { fault: "huge-chunk", bytes: 8 * 1024 * 1024 }] as const) {
      const model = failing(way.provider, fault);
      const outcome = await ask(fixture, way, { model, stream: false, alone: true });
      expect(outcome).toMatchObject({ status: 200, isWhole: true });
      expect(outcome.text.length).toBe(fault.fault === "huge-chunk" ? fault.bytes : whole.length);
    }
  });

  it("has every fault that the model server knows in one of the tables", () => {
    const tables = [...lasting, ...passing, ...hangs].map(([{ fault }]) => fault);
    const known = [...tables, ...harmless.map(({ fault }) => fault)];
    const alone = "bad-tool-arguments";
    expect(NAMED_FAULTS.filter((fault) => fault !== alone && !known.includes(fault))).toEqual([]);
  });

  it("leaves nothing reserved, and the budget lost what the records say", async () => {
    expect(await unsettled(fixture)).toBeCloseTo(0, 6);
  });
});

describe("a provider that hangs", () => {
  let fixture: V1Fixture;
  beforeAll(async () => {
    const limitMs = 1500;
    fixture = await start(
      {},
      { modelLimits: { firstPartMs: limitMs, silenceMs: limitMs, wholeMs: limitMs, retryDelayMs: 20 } },
    );
  });
  afterAll(() => fixture.close());

  describe.each(Object.entries(ways))("at %s", (_name, way) => {
    it.each(named(hangs))("(%s) is left at the time limit: with an error, or for another model", (_, fault, says) =>
      bothForms(async (stream) => {
        const rescued = async () => {
          const model = failing(way.provider, fault);
          expect(await ask(fixture, way, { model, stream, alone: false })).toMatchObject(answered);
          await expectClosed(fixture, model);
          return model;
        };
        const refused = async () => {
          const model = failing(way.provider, fault);
          const outcome = await ask(fixture, way, { model, stream, alone: true });
          await expectError(fixture, outcome, model, /^timeout$/);
          expect(outcome.error?.message).toMatch(says);
          const hasBegun = stream && fault.fault === "hang-between-chunks";
          expect(outcome.status).toBe(hasBegun ? 200 : 504);
          return model;
        };
        for (const model of await Promise.all([rescued(), refused()])) {
          // Asked once: who hangs is not asked again before another model is.
          expect(sentFor(fixture, model)).toMatchObject([{ aborted: true }]);
        }
      }),
    );
  });

  it("leaves nothing reserved, and the budget lost what the records say", async () => {
    expect(await unsettled(fixture)).toBeCloseTo(0, 6);
  });
});

describe("a provider at a wrong address", () => {
  let fixture: V1Fixture;
  let plain: ModelServer;
  beforeAll(async () => {
    plain = await startModelServer();
    fixture = await start(
      {
        OPENAI_BASE_URL: await closedPort(),
        GROQ_API_KEY: "sk-groq",
        GROQ_BASE_URL: "http://no-such-host.invalid/v1",
        MISTRAL_API_KEY: "sk-mistral",
        MISTRAL_BASE_URL: plain.url.replace("http:", "https:"),
      },
      { modelLimits: { retryDelayMs: 20 } },
    );
  });
  afterAll(async () => {
    await fixture.close();
    await plain.close();
  });

  describe.each([
    ["openai", "nothing listens there", /nothing listens at its address/],
    ["groq", "its name does not exist", /its name (?:is not known|could not be looked up)/],
    ["mistral", "it does not speak TLS", /TLS/],
  ])("(%s: %s)", (provider, _, says) => {
    it.each(["chat/completions", "responses"] as const)(
      "says so at %s, and another answers where others are left",
      (path) =>
        bothForms(async (stream) => {
          number += 1;
          const way = { provider, path };
          const refused = await ask(fixture, way, { model: `${provider}/case-${number}`, stream, alone: true });
          expect(refused).toMatchObject({ status: 502, text: "", isWhole: false, error: { code: "unreachable" } });
          expect(refused.error?.message).toMatch(says);
          const other = { model: `${provider}/other-${number}`, stream, alone: false };
          expect(await ask(fixture, way, other)).toMatchObject(answered);
        }),
    );
  });

  it("leaves nothing reserved, and the budget lost what the records say", async () => {
    expect(await unsettled(fixture)).toBeCloseTo(0, 6);
  });
});
