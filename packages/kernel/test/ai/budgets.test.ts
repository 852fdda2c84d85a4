import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { v7 as uuidv7 } from "uuid";
import { AppError } from "../../src/errors/index.ts";
import { type ModelGateway, type ModelRequest, releaseDeadReservations } from "../../src/ai/index.ts";
import { type Collected, type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;

beforeEach(async () => {
  fixture = await startGatewayFixture();
  // Every answer says that it has 1,000 tokens of output; a cent each at the price below.
  fixture.models.setBehaviour({ chunks: 1, usage: { input: 20, output: 1000 } });
  await fixture.setPrice("openai/priced*", 0, 10);
});

afterEach(async () => {
  await fixture.close();
  if (fixture.errors.length > 0) throw new AggregateError(fixture.errors, "Something failed beside the calls");
});

function call(more: Partial<ModelRequest> = {}, gateway: ModelGateway = fixture.gateway): Promise<Collected> {
  const messages = [{ role: "user" as const, content: "Hello" }];
  return collect(
    gateway.stream({
      ...fixture.tenant,
      product: "test",
      model: "openai/priced",
      maxOutputTokens: 1000,
      messages,
      ...more,
    }),
  );
}

interface Meter {
  subject: string;
  spent: number;
  reserved: number;
}

/** Meters in dollars. */
async function meters(): Promise<Meter[]> {
  await fixture.gateway.drain();
  const { rows } = await fixture.db.pool.query<Meter>(
    `SELECT subject, spent_nano / 1e9::float8 AS spent, reserved_nano / 1e9::float8 AS reserved FROM kernel.budget_meters
     ORDER BY subject, spent_nano`,
  );
  return rows;
}

const codes = (results: Collected[]) => {
  const count: Record<string, number> = {};
  for (const { error, finish } of results) {
    const code = finish ? "answered" : error instanceof AppError ? error.code : String(error);
    count[code] = (count[code] ?? 0) + 1;
  }
  return count;
};

describe("a budget", () => {
  it("lets calls through until it is spent, then says which it is and when it begins anew", async () => {
    await fixture.setBudget({ limitUsd: 0.025 });
    const results = [await call(), await call(), await call()];
    expect(codes(results)).toEqual({ answered: 2, budget_exhausted: 1 });
    const { error } = results[2] as { error: AppError };
    expect(error.status).toBe(402);
    expect(error.message).toMatch(
      /^The workspace's budget of \$0.025 a day is used up. It begins anew on .+ 00:00 UTC/,
    );
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(24 * 60 * 60);
    expect(await meters()).toEqual([{ subject: "", spent: 0.02, reserved: 0 }]);
  });

  it("for 100 calls lets through 100 of 500 at once, on two servers, and not one more", async () => {
    await fixture.setBudget({ limitUsd: 1 });
    const other = fixture.open({ serverId: uuidv7() });
    const calls = Array.from({ length: 500 }, (_, index) => call({}, index % 2 === 0 ? fixture.gateway : other));
    expect(codes(await Promise.all(calls))).toEqual({ answered: 100, budget_exhausted: 400 });
    await other.drain();
    expect(await meters()).toEqual([{ subject: "", spent: 1, reserved: 0 }]);
    expect(fixture.models.requests.filter(({ method }) => method === "POST")).toHaveLength(100);
  });

  it("of each person is each one's own; the workspace's holds beside it", async () => {
    await fixture.setBudget({ kind: "person", limitUsd: 0.02 });
    await fixture.setBudget({ kind: "workspace", period: "month", limitUsd: 0.03 });
    const { userId } = await fixture.addPerson(fixture.tenant.workspaceId);
    expect(codes([await call(), await call(), await call()])).toEqual({ answered: 2, budget_exhausted: 1 });
    expect(codes([await call({ userId }), await call({ userId })])).toEqual({ answered: 1, budget_exhausted: 1 });
    const spent = (await meters()).map((meter) => meter.spent);
    expect(spent.toSorted((a, b) => a - b)).toEqual([0.01, 0.02, 0.03]);
  });

  it("of a product or an API key stops only its calls", async () => {
    const apiKeyId = uuidv7();
    await fixture.setBudget({ kind: "product", subject: "research", limitUsd: 0.01 });
    await fixture.setBudget({ kind: "api_key", subject: apiKeyId, limitUsd: 0.01 });
    const both = { product: "research", apiKeyId };
    expect(codes([await call(both), await call({ product: "research" }), await call({ apiKeyId })])).toEqual({
      answered: 1,
      budget_exhausted: 2,
    });
    expect(codes([await call()])).toEqual({ answered: 1 });
  });

  it("that begins within its month begins with what the month has cost", async () => {
    await call();
    await call();
    await fixture.gateway.drain();
    await fixture.setBudget({ period: "month", limitUsd: 0.03 });
    expect(codes([await call(), await call()])).toEqual({ answered: 1, budget_exhausted: 1 });
    expect(await meters()).toEqual([{ subject: "", spent: 0.03, reserved: 0 }]);
  });

  it("bounds an answer whose caller set no limit to what is left", async () => {
    await fixture.setBudget({ limitUsd: 0.015 });
    await call({ maxOutputTokens: undefined });
    const [first] = fixture.models.requests.filter(({ method }) => method === "POST");
    expect(first?.body).toMatchObject({ max_tokens: 1500 });
  });

  it("stops models whose price is not known, unless it lets them through", async () => {
    const id = await fixture.setBudget({ limitUsd: 1 });
    const refused = await call({ model: "openai-compatible/mystery" });
    expect(codes([refused])).toEqual({ price_unknown: 1 });
    expect((refused.error as AppError).message).toContain("The price of openai-compatible/mystery is not known");
    await fixture.db.pool.query("UPDATE kernel.budgets SET unknown_prices = 'allow' WHERE id = $1", [id]);
    fixture.gateway.forgetMoney(fixture.tenant.workspaceId);
    expect(codes([await call({ model: "openai-compatible/mystery" })])).toEqual({ answered: 1 });
  });

  it("of nothing still lets a local model answer, which costs nothing", async () => {
    await fixture.setBudget({ limitUsd: 0 });
    expect(codes([await call()])).toEqual({ budget_exhausted: 1 });
    const local = await call({ model: "ollama/llama3.2:latest" });
    expect(local.finish?.costUsd).toBe(0);
  });
});

describe("what a call has reserved", () => {
  it("is given back for what a provider refused", async () => {
    await fixture.setBudget({ limitUsd: 1 });
    fixture.models.setFault("401");
    expect((await call()).error).toBeInstanceOf(Error);
    expect(await meters()).toEqual([{ subject: "", spent: 0, reserved: 0 }]);
  });

  it("is settled by an estimate, marked as one, when the caller leaves in the middle", async () => {
    await fixture.setPrice("openai/dear", 100, 100);
    await fixture.setBudget({ limitUsd: 10 });
    fixture.models.setBehaviour({ chunks: 300, delayMs: 5 });
    const messages = [{ role: "user" as const, content: "word ".repeat(400) }];
    for await (const part of fixture.gateway.stream({
      ...fixture.tenant,
      product: "test",
      model: "openai/dear",
      messages,
    })) {
      if (part.type === "text") break;
    }
    const [meter] = await meters();
    expect(meter?.reserved).toBe(0);
    // 2,000 letters are about 500 tokens, at 100 dollars a million.
    expect(meter?.spent).toBeGreaterThan(0.05);
    expect(meter?.spent).toBeLessThan(0.08);
    const { rows } = await fixture.db.pool.query("SELECT status, estimated, cost_usd FROM kernel.model_calls");
    expect(rows).toEqual([{ status: "cancelled", estimated: true, cost_usd: expect.closeTo(meter?.spent ?? 0, 6) }]);
  });

  it("is settled by an estimate when the provider reports no usage, and the caller is told no cost", async () => {
    await fixture.setPrice("openai/dear", 100, 100);
    await fixture.setBudget({ limitUsd: 10 });
    fixture.models.setBehaviour({});
    fixture.models.setFault("no-usage");
    const { finish } = await call({ model: "openai/dear" });
    expect(finish?.costUsd).toBeNull();
    const [meter] = await meters();
    expect(meter?.reserved).toBe(0);
    expect(meter?.spent).toBeGreaterThan(0);
    expect(meter?.spent).toBeLessThan(0.1);
  });

  it("is released when its server has died, and counted exactly should the server live after all", async () => {
    await fixture.setPrice("openai/dear", 100, 10);
    await fixture.setBudget({ limitUsd: 10 });
    const dead = fixture.open({ serverId: uuidv7() }); // never in kernel.servers
    fixture.models.setBehaviour({ firstDelayMs: 700, usage: { input: 1000, output: 1000 } });
    const running = call({ model: "openai/dear" }, dead);
    await expect.poll(async () => (await meters())[0]?.reserved).toBeGreaterThan(0.01);
    await dead.drain();
    const [held] = await meters();
    // A server uses what it holds for some seconds after its last word.
    expect(await releaseDeadReservations(fixture.db)).toBe(0);
    await fixture.db.pool.query("UPDATE kernel.budget_leases SET renewed_at = now() - interval '1 minute'");
    expect(await releaseDeadReservations(fixture.db)).toBe(1);
    const [released] = await meters();
    expect(released?.reserved).toBe(0);
    expect(released?.spent).toBe(held?.reserved);
    expect((await running).finish?.costUsd).toBeCloseTo(0.11, 9);
    await dead.drain();
    expect(await meters()).toEqual([{ subject: "", spent: 0.11, reserved: 0 }]);
  });
});

it("warns the person and every owner and admin once when a budget nears its end, and says once that it is spent", async () => {
  const mails: { to: string; subject: string; text: string }[] = [];
  const gateway = fixture.open({ mail: { send: async (mail) => void mails.push(mail) } });
  await fixture.setBudget({ kind: "person", limitUsd: 0.05 });
  const admin = await fixture.addPerson(fixture.tenant.workspaceId);
  const bystander = await fixture.addPerson(fixture.tenant.workspaceId);
  await fixture.db.pool.query("UPDATE kernel.members SET role = 'admin' WHERE person_id = $1", [admin.userId]);
  for (let index = 0; index < 7; index += 1) await call({}, gateway);
  await gateway.drain();
  const { rows } = await fixture.db.pool.query<{
    type: string;
    audience_person_id: string;
    payload: { title: string };
  }>("SELECT type, audience_person_id, payload FROM kernel.events WHERE workspace_id = $1", [
    fixture.tenant.workspaceId,
  ]);
  const told = (type: string) =>
    rows
      .filter((row) => row.type === type)
      .map((row) => row.audience_person_id)
      .toSorted();
  const both = [fixture.tenant.userId, admin.userId].toSorted();
  expect(told("budget.warned")).toEqual(both);
  expect(told("budget.exhausted")).toEqual(both);
  expect(rows.map((row) => row.audience_person_id)).not.toContain(bystander.userId);
  const warned = rows.find(({ type }) => type === "budget.warned");
  expect(warned?.payload.title).toBe("The budget of $0.05 a day for each person");
  const notes = await fixture.db.pool.query<{ person_id: string; title: string; body: string }>(
    "SELECT person_id, title, body FROM kernel.notifications ORDER BY created_at",
  );
  expect(notes.rows.map(({ title }) => title)).toEqual([
    "A budget nears its end",
    "A budget nears its end",
    "A budget is used up",
    "A budget is used up",
  ]);
  expect(notes.rows[0]?.body).toMatch(/^The budget of \$0\.05 a day for each person is 80% used\. It begins anew on /);
  expect(mails.map(({ subject }) => subject)).toEqual([
    "A budget nears its end (Test)",
    "A budget nears its end (Test)",
    "A budget is used up (Test)",
    "A budget is used up (Test)",
  ]);
  expect(mails.map(({ to }) => to).toSorted()).toEqual([...both, ...both].map((id) => `${id}@example.org`).toSorted());
});

it("usage by day adds up to the calls, each counted once when it ends", async () => {
  await Promise.all([call(), call({ product: "research" }), call({ model: "openai-compatible/mystery" })]);
  fixture.models.setFault("401");
  await call();
  await fixture.gateway.drain();
  const { rows } = await fixture.db.pool.query(
    `SELECT product, provider, calls::int, failed_calls::int, unknown_calls::int, output_tokens::int, cost_usd
     FROM kernel.usage_days ORDER BY product, provider, model`,
  );
  expect(rows).toEqual([
    {
      product: "research",
      provider: "openai",
      calls: 1,
      failed_calls: 0,
      unknown_calls: 0,
      output_tokens: 1000,
      cost_usd: 0.01,
    },
    {
      product: "test",
      provider: "openai",
      calls: 2,
      failed_calls: 1,
      unknown_calls: 0,
      output_tokens: 1000,
      cost_usd: 0.01,
    },
    {
      product: "test",
      provider: "openai-compatible",
      calls: 1,
      failed_calls: 0,
      unknown_calls: 1,
      output_tokens: 1000,
      cost_usd: 0,
    },
  ]);
});
