import { createClient } from "@mindmesh/client";
import { moneyRoutes } from "@mindmesh/contracts/money";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { eventually } from "@mindmesh/test-support";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
let client: OpenAI;
beforeAll(async () => {
  fixture = await startV1();
  client = new OpenAI({ baseURL: fixture.baseURL, apiKey: fixture.key, maxRetries: 0 });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const posts = () => fixture.models.requests.filter(({ method }) => method === "POST").length;
const messages = [{ role: "user" as const, content: "Hello" }];

it("a header asks for the answer that was given before, and another one refuses it", async () => {
  const ask = (cache: string) =>
    client.chat.completions.create(
      { model: "openai/gpt-5-mini", messages },
      { headers: { "x-mindmesh-cache": cache } },
    );
  const first = await ask("exact");
  expect(posts()).toBe(1);
  // It is kept right after the answer, not before it.
  await eventually(async () => {
    const rows = await fixture.server.sql("SELECT FROM kernel.cached_answers");
    expect(rows).toHaveLength(1);
  });
  const again = await ask("exact");
  expect(again.choices[0]?.message.content).toBe(first.choices[0]?.message.content);
  expect(posts()).toBe(1);
  const { response } = await client.chat.completions
    .create({ model: "openai/gpt-5-mini", messages }, { headers: { "x-mindmesh-cache": "exact" } })
    .withResponse();
  expect(response.headers.get("x-mindmesh-cache")).toBe("exact");
  expect(Number(response.headers.get("age"))).toBeGreaterThanOrEqual(0);
  expect(Number(response.headers.get("x-mindmesh-cache-saved-usd"))).toBeGreaterThan(0);
  await ask("none");
  expect(posts()).toBe(2);
});

it("an API key without money is refused with 402 on every way to a model, and another key is not", async () => {
  const { person, server } = fixture;
  const workspaces = createClient(workspaceRoutes, { baseUrl: server.url, token: () => person.accessToken });
  const money = createClient(moneyRoutes, { baseUrl: server.url, token: () => person.accessToken });
  const params = { workspaceId: person.workspaceId };
  const { key, secret } = await workspaces.createApiKey({
    params,
    body: { name: "Poor", scope: "write", expiresInDays: null },
  });
  await money.addBudget({ params, body: { kind: "api_key", subject: key.id, period: "month", limitUsd: 0 } });
  const poor = new OpenAI({ baseURL: fixture.baseURL, apiKey: secret, maxRetries: 0 });
  const ways: Record<string, () => Promise<unknown>> = {
    "bytes passed through": () => poor.chat.completions.create({ model: "openai/gpt-5-mini", messages }),
    "bytes streamed through": () =>
      poor.chat.completions.create({ model: "openai/gpt-5-mini", messages, stream: true }),
    "another format": () => poor.chat.completions.create({ model: "anthropic/claude-sonnet-4-5", messages }),
    "a tier": () => poor.chat.completions.create({ model: "fast", messages }),
    responses: () => poor.responses.create({ model: "openai/gpt-5-mini", input: "Hello" }),
    embeddings: () => poor.embeddings.create({ model: "openai/text-embedding-3-small", input: "Hello" }),
  };
  for (const [way, call] of Object.entries(ways)) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error, way).toBeInstanceOf(APIError);
    expect((error as APIError).status, way).toBe(402);
    expect((error as APIError).message, way).toMatch(/budget of \$0\.00 a month for this API key is used up/);
  }
  expect(posts()).toBe(0);
  expect((await client.chat.completions.create({ model: "openai/gpt-5-mini", messages })).choices).toHaveLength(1);
});
