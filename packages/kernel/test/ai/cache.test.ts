import { skipUnless } from "@mindmesh/test-support";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { answerKey, isCacheable } from "../../src/ai/cache/answer-key.ts";
import { forgetOldAnswers } from "../../src/ai/cache/answer-store.ts";
import { marksOf } from "../../src/ai/cache/near-questions.ts";
import type { ModelGateway, ModelRequest } from "../../src/ai/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

const messages = [{ role: "user" as const, content: "What is the capital of France?" }];
const tool = { name: "look", description: "Looks.", inputSchema: { type: "object" } };

function cacheIn(name: string, redis: () => Redis | null) {
  describe(`an answer kept in ${name}`, () => {
    let fixture: GatewayFixture;
    let gateway: ModelGateway;

    beforeAll(async () => {
      fixture = await startGatewayFixture({ redis: redis() });
      gateway = fixture.gateway;
    });
    afterAll(() => fixture.close());
    beforeEach(() => fixture.models.reset());

    const ask = async (question: string, more: Partial<ModelRequest> = {}, through = gateway) => {
      const request: ModelRequest = {
        ...fixture.tenant,
        product: "test",
        model: "openai/gpt-5-mini",
        cache: "exact",
        messages: [{ role: "user", content: question }],
        ...more,
      };
      const collected = await collect(through.stream(request));
      await through.drain();
      return collected;
    };
    const calls = () => fixture.models.requests.filter(({ method }) => method === "POST").length;

    it("is given again to the same request, also by another server, with its age and what it saved", async () => {
      const first = await ask("Twice the same");
      const other = fixture.open({ redis: redis() });
      const again = await ask("Twice the same", {}, other);
      expect(again.text).toBe(first.text);
      expect(calls()).toBe(1);
      expect(first.finish?.costUsd).toBeGreaterThan(0);
      expect(again.finish).toMatchObject({ costUsd: 0, usage: first.finish?.usage, model: "openai/gpt-5-mini" });
      expect(again.finish?.cache).toMatchObject({ way: "exact", savedUsd: first.finish?.costUsd });
      const { rows } = await fixture.db.pool.query<{ cache_age_ms: string }>(
        "SELECT status, cache, cost_usd, saved_usd, input_tokens, cache_age_ms FROM kernel.model_calls WHERE id = $1",
        [again.finish?.callId],
      );
      const saved = {
        status: "done",
        cache: "exact",
        cost_usd: 0,
        saved_usd: first.finish?.costUsd,
        input_tokens: null,
      };
      expect(rows).toMatchObject([saved]);
      expect(Number(rows[0]?.cache_age_ms)).toBeGreaterThanOrEqual(0);
      const usage = await fixture.db.pool.query(
        "SELECT calls::int, cached_calls::int, saved_usd, cached_age_ms FROM kernel.usage_days WHERE workspace_id = $1",
        [fixture.tenant.workspaceId],
      );
      expect(usage.rows).toEqual([
        { calls: 2, cached_calls: 1, saved_usd: first.finish?.costUsd, cached_age_ms: rows[0]?.cache_age_ms },
      ]);
    });

    it("is not given to another workspace", async () => {
      await ask("Only ours");
      await ask("Only ours", await fixture.addPerson());
      expect(calls()).toBe(2);
    });

    it("is not given to who refuses it, has tools, or wants another temperature than it allows", async () => {
      const refusals: Partial<ModelRequest>[] = [
        { cache: "none" },
        { cache: undefined },
        { tools: [tool] },
        { temperature: 0.7 },
        { temperature: 0.7, cacheTemperature: 0.5 },
      ];
      await ask("Anew");
      for (const refusal of refusals) {
        const { finish } = await ask("Anew", refusal);
        expect(finish?.cache, JSON.stringify(refusal)).toBeUndefined();
      }
      expect(calls()).toBe(1 + refusals.length);
    });

    it("is given where the caller allows its temperature", async () => {
      const warm = { temperature: 0.7, cacheTemperature: 1 };
      await ask("Warm", warm);
      await ask("Warm", warm);
      expect(calls()).toBe(1);
    });

    it("of 50 requests at once is asked for once, and each hears all of it; only one pays", async () => {
      fixture.models.setBehaviour({ chunks: 20, delayMs: 5 });
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask("All at once")));
      expect(calls()).toBe(1);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ finish }) => (finish?.costUsd ?? 0) > 0)).toHaveLength(1);
      expect(answers.filter(({ finish }) => finish?.cache?.way === "shared")).toHaveLength(49);
    });

    it("goes on for the others when the first to ask leaves, and ends when all have left", async () => {
      fixture.models.setBehaviour({ chunks: 40, delayMs: 10 });
      const leaving = new AbortController();
      const first = ask("Somebody leaves", { signal: leaving.signal });
      await expect.poll(calls).toBe(1);
      const second = ask("Somebody leaves");
      setTimeout(() => leaving.abort("left"), 100);
      expect((await first).error).toBe("left");
      expect((await second).finish?.reason).toBe("stop");
      expect(calls()).toBe(1);

      const all = new AbortController();
      const both = [ask("All leave", { signal: all.signal }), ask("All leave", { signal: all.signal })];
      await expect.poll(calls).toBe(2);
      setTimeout(() => all.abort("left"), 50);
      expect((await Promise.all(both)).map(({ error }) => error)).toEqual(["left", "left"]);
      await expect.poll(() => fixture.models.requests.at(-1)?.aborted).toBe(true);
    });

    it("that failed or was cut is not kept", async () => {
      for (const fault of ["401", "cut"] as const) {
        fixture.models.setFault(fault);
        expect((await ask(`Fails by ${fault}`)).error).toBeInstanceOf(Error);
        fixture.models.setFault(null);
        expect((await ask(`Fails by ${fault}`)).finish?.cache).toBeUndefined();
      }
      fixture.models.setBehaviour({ finish: "length" });
      await ask("Too long");
      expect((await ask("Too long")).finish?.cache).toBeUndefined();
    });

    it("does not stop a caller with money because another one has none", async () => {
      const poor = await fixture.addPerson(fixture.tenant.workspaceId);
      await fixture.setBudget({ kind: "person", subject: poor.userId, limitUsd: 0 });
      gateway.forgetMoney(poor.workspaceId);
      for (const question of ["One", "Two", "Three", "Four"]) {
        const [, answered] = await Promise.all([ask(question, poor), ask(question)]);
        expect(answered.finish?.reason).toBe("stop");
      }
      expect((await ask("Alone", poor)).error).toMatchObject({ code: "budget_exhausted" });
    });
  });
}

cacheIn("PostgreSQL", () => null);

skipUnless("redis")("with Redis", () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(inject("redisUrl") ?? "");
  });
  afterAll(() => redis.quit());
  cacheIn("Redis", () => redis);
});

it("answers in PostgreSQL are forgotten after a day", async () => {
  const fixture = await startGatewayFixture();
  const { db, tenant, gateway } = fixture;
  await collect(gateway.stream({ ...tenant, product: "test", model: "openai/gpt-5-mini", cache: "exact", messages }));
  await gateway.drain();
  expect(await forgetOldAnswers(db)).toBe(0);
  await db.pool.query("UPDATE kernel.cached_answers SET expires_at = now() - interval '1 second'");
  const again = await collect(
    gateway.stream({ ...tenant, product: "test", model: "openai/gpt-5-mini", cache: "exact", messages }),
  );
  expect(again.finish?.cache).toBeUndefined();
  await gateway.drain();
  await db.pool.query("UPDATE kernel.cached_answers SET expires_at = now() - interval '1 second'");
  expect(await forgetOldAnswers(db)).toBe(1);
  await fixture.close();
});

describe("a caller who takes near-equal answers", () => {
  let fixture: GatewayFixture;

  beforeAll(async () => {
    fixture = await startGatewayFixture();
  });
  afterAll(() => fixture.close());

  async function ask(question: string, more: Partial<ModelRequest> = {}) {
    const request: ModelRequest = {
      ...fixture.tenant,
      product: "test",
      model: "openai/gpt-5-mini",
      cache: "near",
      messages: [{ role: "user", content: question }],
      ...more,
    };
    const { finish } = await collect(fixture.gateway.stream(request));
    await fixture.gateway.drain();
    return finish?.cache?.way ?? finish?.reason;
  }

  it("gets the answer to a question that means the same, and no other", async () => {
    const question = "Please tell me what the capital of France is, and how many people live there";
    expect(await ask(question)).toBe("stop");
    expect(await ask(`${question}?`)).toBe("near");
    expect(await ask(question)).toBe("exact");
    expect(await ask("Which animals live in the sea?")).toBe("stop");
    expect(await ask(`${question}!`, { system: "Be brief." })).toBe("stop");
    expect(await ask(`${question}!`, await fixture.addPerson())).toBe("stop");
    expect(await ask(`${question}.`, { cache: "exact" })).toBe("stop");
  });

  it("does not get the answer to another number, or to the opposite", async () => {
    const words =
      "of all the many rivers that flow through the countries of Europe into the sea, which are longer than";
    expect(await ask(`${words} 100 km?`)).toBe("stop");
    expect(await ask(`${words} 200 km?`)).toBe("stop");
    expect(await ask(`${words} 100 km!`)).toBe("near");
    expect(await ask(`${words} not 100 km?`)).toBe("stop");
    expect(marksOf("It isn't 3.5, nor 10:30; no!")).toBe("isn't 3.5 nor 10:30 no");
  });

  it("gets the model's answer where no embeddings can be had", async () => {
    fixture.models.setFault("500", "embeddings");
    expect(await ask("Nothing is near to this one")).toBe("stop");
    fixture.models.setFault(null);
  });
});

describe("the key of a request", () => {
  const base: ModelRequest = { workspaceId: "w", userId: "u", product: "p", cache: "exact", messages };
  const key = (more: Partial<ModelRequest>, model = "openai/gpt-5") =>
    answerKey({ ...base, ...more }, model).toString("hex");

  it("is the same however the same thing is written", () => {
    expect(
      key({ messages: [{ role: "user", content: [{ type: "text", text: "What is the capital of France?" }] }] }),
    ).toBe(key({}));
    expect(key({ system: "" })).toBe(key({}));
    expect(key({ userId: "somebody else", product: "another" })).toBe(key({}));
    const schema = (first: string, second: string) => ({ type: "json" as const, schema: { [first]: 1, [second]: 1 } });
    expect(key({ output: schema("a", "b") })).toBe(key({ output: schema("b", "a") }));
    const image = (data: Uint8Array | string) => ({
      messages: [{ role: "user" as const, content: [{ type: "image" as const, mediaType: "image/png", data }] }],
    });
    expect(key(image(new Uint8Array([1, 2, 3])))).toBe(key(image("AQID")));
    expect(key(image("AQID"))).not.toBe(key(image("AQIE")));
  });

  it("differs with everything that can change the answer", () => {
    const others: Partial<ModelRequest>[] = [
      { workspaceId: "another" },
      { system: "Be brief." },
      { messages: [...messages, { role: "assistant", content: "Pa" }] },
      { messages: [{ role: "assistant", content: "What is the capital of France?" }] },
      { maxOutputTokens: 10 },
      { temperature: 0 },
      { topP: 0.5 },
      { seed: 1 },
      { presencePenalty: 1 },
      { frequencyPenalty: 1 },
      { stopSequences: ["x"] },
      { reasoningEffort: "low" },
      { fallback: false },
      { output: { type: "json" } },
    ];
    const keys = [key({}), key({}, "openai/gpt-4"), ...others.map((more) => key(more))];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is not asked for where results of tools are in the conversation", () => {
    const content = [{ type: "tool-result" as const, id: "1", name: "look", output: "seen" }];
    expect(isCacheable({ ...base, messages: [...messages, { role: "tool", content }] })).toBe(false);
    expect(isCacheable(base)).toBe(true);
  });
});
