import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { startModelServer } from "@mindmesh/model-server";
import { createTestDatabase, eventually } from "@mindmesh/test-support";
import pg from "pg";
import { expect, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

test("a server that is killed in the middle of a call: its part of the budget is free again, the call is counted at what it had reserved", async () => {
  const models = await startModelServer();
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-killed-call-"));
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: models.baseUrls.openai,
    OLLAMA_BASE_URL: "http://127.0.0.1:1",
  };
  let server = await startServerProcess(environment);
  try {
    const response = await fetch(`${server.url}/api/auth/sign-up`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "ann@example.org", password: "correct horse", name: "Ann" }),
    });
    const { workspaces } = (await response.json()) as { workspaces: { id: string }[] };
    const params = { workspaceId: workspaces[0]?.id ?? "" };
    const token = /mm_access=([^;]+)/.exec(response.headers.getSetCookie().join(";"))?.[1] ?? "";
    const options = { baseUrl: server.url, token: () => token };
    const { secret } = await createClient(workspaceRoutes, options).createApiKey({
      params,
      body: { name: "A program", scope: "write", expiresInDays: null },
    });
    const money = createClient(moneyRoutes, options);
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
      const answer = await fetch(`${server.url}/v1/chat/completions`, {
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
    server.child.kill("SIGKILL");
    await server.ended;
    expect(await cut).toBeInstanceOf(Error);
    models.reset();
    server = await startServerProcess(environment);

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
  } finally {
    server.child.kill("SIGKILL");
    await server.ended;
    await sql.end();
    await models.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
