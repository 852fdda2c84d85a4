import { afterEach, beforeEach, expect, it } from "vitest";
import { v7 as uuidv7 } from "uuid";
import type { ModelGateway } from "../../src/ai/index.ts";
import { AppError } from "../../src/errors/index.ts";
import { type Notifications, openNotifications } from "../../src/realtime/index.ts";
import { registerServer } from "../../src/servers/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  fixture = await startGatewayFixture();
  // A cent a call: 1,000 tokens of output at ten dollars a million.
  fixture.models.setBehaviour({ chunks: 1, usage: { input: 20, output: 1000 } });
  await fixture.setPrice("openai/priced", 0, 10);
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await fixture.close();
  if (fixture.errors.length > 0) throw new AggregateError(fixture.errors, "Something failed beside the calls");
});

async function openServer(): Promise<ModelGateway> {
  const onError = (error: unknown) => fixture.errors.push(error);
  const serverId = uuidv7();
  const registration = await registerServer(fixture.db, { id: serverId, role: "all", alone: false, onError });
  const notifications: Notifications = await openNotifications(fixture.db.url, onError);
  const gateway = fixture.open({ serverId, notifications });
  closing.push(async () => {
    await gateway.close();
    await notifications.close();
    await registration.close();
  });
  return gateway;
}

async function call(gateway: ModelGateway, maxOutputTokens = 1000): Promise<string> {
  const messages = [{ role: "user" as const, content: "Hello" }];
  const { finish, error } = await collect(
    gateway.stream({ ...fixture.tenant, product: "test", model: "openai/priced", maxOutputTokens, messages }),
  );
  return finish ? "answered" : error instanceof AppError ? error.code : String(error);
}

async function meter() {
  const { rows } = await fixture.db.pool.query<{ spent: number; reserved: number }>(
    `SELECT spent_nano / 1e9::float8 AS spent, reserved_nano / 1e9::float8 AS reserved FROM kernel.budget_meters`,
  );
  return rows[0];
}

it("lets calls through without asking the database for each, and gives back what it does not use", async () => {
  const server = await openServer();
  await fixture.setBudget({ limitUsd: 100, period: "month" });
  for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 20 }, () => call(server)));
  const asked: string[] = [];
  const query = fixture.db.pool.query.bind(fixture.db.pool);
  fixture.db.pool.query = ((statement: { text?: string } | string, ...rest: never[]) => {
    asked.push(typeof statement === "string" ? statement : (statement.text ?? ""));
    return query(statement as never, ...rest);
  }) as typeof fixture.db.pool.query;
  for (let n = 0; n < 20; n += 1) expect(await call(server)).toBe("answered");
  fixture.db.pool.query = query;
  expect(asked.filter((text) => text.includes("extend_leases")).length).toBeLessThan(10);
  await server.drain();
  expect((await meter())?.spent).toBeCloseTo(0.8, 9);
  await expect.poll(async () => (await meter())?.reserved, { timeout: 20_000 }).toBe(0);
});

it("what one server holds without need is given to another that needs it, and the budget is spent to its end", async () => {
  const [first, second] = [await openServer(), await openServer()];
  await fixture.setBudget({ limitUsd: 1, period: "month" });
  // Makes the first one hold more than its calls need.
  for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 10 }, () => call(first)));
  await first.drain();
  const results = await Promise.all(Array.from({ length: 100 }, () => call(second)));
  expect(results.filter((result) => result === "answered")).toHaveLength(70);
  await second.drain();
  expect(await meter()).toEqual({ spent: 1, reserved: 0 });
  expect(await call(first)).toBe("budget_exhausted");
});

it("a budget that is lowered or set elsewhere holds here at once", async () => {
  const server = await openServer();
  expect(await call(server)).toBe("answered");
  const id = await fixture.setBudget({ limitUsd: 100, period: "month" });
  await expect
    .poll(
      async () => {
        await call(server);
        await server.drain();
        return (await meter())?.spent ?? 0;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);
  // As another server would: this one is not told but by the database.
  await fixture.db.pool.query("UPDATE kernel.budgets SET limit_nano = 0 WHERE id = $1", [id]);
  await expect.poll(() => call(server), { timeout: 20_000 }).toBe("budget_exhausted");
  await fixture.db.pool.query("DELETE FROM kernel.budgets WHERE id = $1", [id]);
  await expect.poll(() => call(server), { timeout: 20_000 }).toBe("answered");
});

it("a server that was stopped for long does not spend what was given to others meanwhile", async () => {
  const server = await openServer();
  await fixture.setBudget({ limitUsd: 1, period: "month" });
  await Promise.all(Array.from({ length: 10 }, () => call(server)));
  await server.drain();
  // Taken for dead while it holds some: as if it had been stopped and had no heartbeat.
  await fixture.db.pool.query(
    `INSERT INTO kernel.budget_leases (workspace_id, id, budget_id, subject, period_start, server_id, is_registered, held_nano, renewed_at)
     SELECT workspace_id, $1, budget_id, subject, period_start, $1, true, 500000000, now() - interval '1 minute' FROM kernel.budget_meters`,
    [uuidv7()],
  );
  await fixture.db.pool.query("UPDATE kernel.budget_meters SET reserved_nano = reserved_nano + 500000000");
  // The dead one's half is free again for the first who would be refused.
  const results = await Promise.all(Array.from({ length: 100 }, () => call(server)));
  expect(results.filter((result) => result === "answered")).toHaveLength(90);
  await server.drain();
  expect(await meter()).toEqual({ spent: 1, reserved: 0 });
});
