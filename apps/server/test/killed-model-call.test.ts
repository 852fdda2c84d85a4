import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { startModelServer } from "@mindmesh/model-server";
import { eventually } from "@mindmesh/test-support";
import { expect, onTestFinished, test } from "vitest";
import { startKillableServer } from "./killable-server.ts";

test("a server that is killed in the middle of a call: its part of the budget is free again, the call is counted at what it had reserved", async () => {
  const models = await startModelServer();
  onTestFinished(() => models.close());
  await using server = await startKillableServer({
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: models.baseUrls.openai,
    OLLAMA_BASE_URL: "http://127.0.0.1:1",
  });
  const { sql } = server;
  const params = { workspaceId: server.workspaceId };
  const { secret } = await createClient(workspaceRoutes, server.options()).createApiKey({
    params,
    body: { name: "A program", scope: "write", expiresInDays: null },
  });
  const money = createClient(moneyRoutes, server.options());
  // A thousand tokens of answer are a cent.
  await money.addPrice({
    params,
    body: {
      pattern: "openai/priced",
      from: "2020-01-01",
      inputPerMillion: 0,
      cachedInputPerMillion: null,
      outputPerMillion: 10,
    },
  });
  await money.addBudget({ params, body: { kind: "workspace", subject: null, period: "month", limitUsd: 0.015 } });
  const call = async (tokens: number) => {
    const answer = await fetch(`${server.options().baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "openai/priced",
        max_completion_tokens: tokens,
        messages: [{ role: "user", content: "Hello" }],
      }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const meter = async () => {
    const { rows } = await sql.query<{ spent: number; reserved: number }>(
      "SELECT spent_nano / 1e9::float8 AS spent, reserved_nano / 1e9::float8 AS reserved FROM kernel.budget_meters",
    );
    return rows[0];
  };

  models.setBehaviour({ firstDelayMs: 120_000 });
  const cut = call(1000).catch((error: unknown) => error);
  await eventually(async () => {
    const { rows } = await sql.query("SELECT FROM kernel.model_calls WHERE status = 'running'");
    expect(rows).toHaveLength(1);
  }, 30);
  expect(await meter()).toEqual({ spent: 0, reserved: 0.01 });
  await server.kill();
  expect(await cut).toBeInstanceOf(Error);
  models.reset();
  await server.startAgain();

  await eventually(async () => {
    // A call that asks for the budget's rest is what finds the dead server; a minute allows a hundred.
    await sleep(2000);
    const { status, text } = await call(1000);
    expect(status).toBe(402);
    expect(text).toContain("is used up");
  }, 60);
  await eventually(async () => expect(await meter()).toEqual({ spent: 0.01, reserved: 0 }));
  const { rows } = await sql.query("SELECT status, estimated, cost_usd FROM kernel.model_calls");
  expect(rows).toEqual([{ status: "lost", estimated: true, cost_usd: 0.01 }]);
  expect((await call(500)).status).toBe(200);
}, 180_000);
