import { startModelServer } from "@mindmesh/model-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture();
});
afterAll(() => fixture.close());

it("an Ollama is found by itself, used without a key, and gone from the list when it stops", async () => {
  const ollama = await startModelServer();
  const gateway = fixture.open({ settings: { OLLAMA_BASE_URL: `${ollama.url}/v1` } });
  const list = async () =>
    (await gateway.listModels(fixture.tenant)).models.map((each) => `${each.id} via ${each.via}`);
  await expect.poll(list).toEqual(["ollama/llama3.2:latest via local", "ollama/qwen3:8b via local"]);
  expect(await gateway.defaultModel(fixture.tenant)).toBe("ollama/llama3.2:latest");

  const request = { ...fixture.tenant, product: "chat", messages: [{ role: "user" as const, content: "Hello" }] };
  const { finish } = await collect(gateway.stream(request));
  expect(finish).toMatchObject({ model: "ollama/llama3.2:latest", keySource: "local", costUsd: 0 });
  expect(ollama.requests.at(-1)?.headers.authorization).toBeUndefined();

  await ollama.close();
  expect((await gateway.listModels(fixture.tenant, { refresh: true })).models).toEqual([]);
  const { error } = await collect(gateway.stream({ ...request, model: "ollama/llama3.2:latest" }));
  expect(error).toMatchObject({ code: "no_model", message: expect.stringMatching(/No Ollama is running/) });
});
