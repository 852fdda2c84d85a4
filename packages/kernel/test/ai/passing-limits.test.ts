import { afterAll, beforeAll, expect, it } from "vitest";
import { type GatewayFixture, startGatewayFixture } from "./gateway-fixture.ts";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ limits: { firstPartMs: 500, silenceMs: 500, slowWholeMs: 500 } });
});
afterAll(() => fixture.close());

it.each([
  ["hang-before-headers", false, "failed"],
  ["hang-between-chunks", true, "interrupted"],
] as const)(
  "a stream whose bytes pass and that hangs (%s) ends at the time limit, is hung up and recorded",
  async (fault, interrupted, status) => {
    fixture.models.reset();
    fixture.models.setFault(fault);
    const name = `case-${fault}`;
    const body = { model: name, stream: true, messages: [{ role: "user", content: "Hello" }] };
    const passing = fixture.gateway.pass(
      {
        ...fixture.tenant,
        product: "api",
        model: `openai-compatible/${name}`,
        body,
        demand: { messages: [{ role: "user", content: "Hello" }] },
        signal: new AbortController().signal,
      },
      { begin: () => undefined, write: () => undefined },
    );
    await expect(passing).rejects.toMatchObject({ kind: "timeout", interrupted });
    await expect.poll(() => fixture.models.requests.at(-1)?.aborted).toBe(true);
    await fixture.gateway.drain();
    const { rows } = await fixture.db.pool.query("SELECT status FROM kernel.model_calls WHERE model = $1", [name]);
    expect(rows).toEqual([{ status }]);
  },
);

it.each(["openai-compatible/slow", "openai/gpt-5-slow"])(
  "an answer in one piece of %s, which may be slow, has a limit of its own",
  async (model) => {
    fixture.models.reset();
    fixture.models.setFault("hang-before-headers");
    const messages = [{ role: "user" as const, content: "Hello" }];
    const { signal } = new AbortController();
    const passing = fixture.gateway.pass(
      { ...fixture.tenant, product: "api", model, body: { model, messages }, demand: { messages }, signal },
      { begin: () => undefined, write: () => undefined },
    );
    await expect(passing).rejects.toMatchObject({ kind: "timeout", interrupted: false });
    await expect.poll(() => fixture.models.requests.at(-1)?.aborted).toBe(true);
  },
);
