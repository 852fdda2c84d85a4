import { eventually } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type V1Fixture, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
beforeAll(async () => {
  fixture = await startV1({
    GROQ_API_KEY: "sk-groq",
    MISTRAL_API_KEY: "sk-mistral",
  });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

let number = 0;
/** Every call has a model of its own, so that one's failures do not open the circuit of another. */
const newModel = () => `openai/case-${(number += 1)}`;

async function ask(body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${fixture.baseURL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${fixture.key}` },
    body: JSON.stringify({ messages: [{ role: "user", content: "Say something." }], ...body }),
  });
  return { status: response.status, text: await response.text() };
}

interface Row extends Record<string, unknown> {
  status: string;
  product: string;
  output_tokens: string | null;
  api_key_id: string | null;
}

/** The records of a model's calls, once they have ended. */
function recorded(model: string): Promise<Row[]> {
  return eventually(async () => {
    const rows = await fixture.server.sql<Row>(
      "SELECT status, product, output_tokens, api_key_id FROM kernel.model_calls WHERE model = $1 ORDER BY id",
      [model.slice("openai/".length)],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ status }) => status)).not.toContain("running");
    return rows;
  });
}

describe("a call whose provider speaks the client's format", () => {
  it("keeps fields and bytes that nobody here knows, in both directions, however they are cut", async () => {
    const model = newModel();
    fixture.models.setBehaviour({
      fragmentBytes: 7,
      chunks: 12,
      text: 'Grüße, 世界 🌍! "finish_reason":"stop" data: [DONE]\n\n',
    });
    const direct = await fetch(`${fixture.models.baseUrls.openai}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-openai" },
      body: JSON.stringify({
        model: model.slice("openai/".length),
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: "user", content: "Say something." }],
      }),
    });
    const expected = (await direct.text()).replaceAll(/"id":"[^"]+"|"created":\d+/g, "");
    const { text } = await ask({ model, stream: true, stream_options: { include_usage: true }, new_field: { a: 1 } });
    expect(text.replaceAll(/"id":"[^"]+"|"created":\d+/g, "")).toBe(expected);
    const sent = fixture.models.requests.at(-1);
    expect(sent?.body).toMatchObject({ new_field: { a: 1 }, model: model.slice("openai/".length) });
    expect(sent?.headers.authorization).toBe("Bearer sk-openai");
    expect(JSON.stringify(sent?.headers)).not.toContain("mm_");
  });

  it("is recorded with its usage and key, whether the client asked for the usage or not", async () => {
    for (const stream of [true, false]) {
      const model = newModel();
      expect((await ask({ model, stream })).status).toBe(200);
      const [row] = await recorded(model);
      expect(row).toMatchObject({ status: "done", product: "api" });
      expect(Number(row?.output_tokens)).toBeGreaterThan(0);
      expect(row?.api_key_id).toMatch(/^[\da-f-]{36}$/);
    }
  });

  it("asks Groq and Mistral, and translates where they do not know a field", async () => {
    for (const model of ["groq/llama-4", "mistral/mistral-large"]) {
      fixture.models.reset();
      const provider = model.split("/")[0] as "groq" | "mistral";
      const environment = { [`${provider.toUpperCase()}_BASE_URL`]: fixture.models.baseUrls[provider] };
      const other = await startV1({ [`${provider.toUpperCase()}_API_KEY`]: "sk", ...environment });
      const response = await fetch(`${other.baseURL}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${other.key}` },
        body: JSON.stringify({
          model,
          stream: true,
          store: true,
          messages: [{ role: "user", content: "[[text=Hello]]" }],
        }),
      });
      expect(response.status).toBe(200);
      expect(await response.text()).toMatch(/Hello[\s\S]*\[DONE\]/);
      expect(fixture.models.requests.at(-1)?.body).not.toHaveProperty("store");
      await other.close();
    }
  });

  it("says what went wrong also where nobody else could be asked for what it wants", async () => {
    fixture.models.setFault({ fault: 503, retryAfterSeconds: 20 });
    const content = [{ type: "image_url", image_url: { url: "http://127.0.0.1:1/only-the-provider-reaches-it.png" } }];
    const { status, text } = await ask({ model: newModel(), messages: [{ role: "user", content }] });
    expect(status).toBe(503);
    expect(text).toContain("overloaded");
  });

  it("is answered in the end when its first attempt fails by a passing fault", async () => {
    for (const fault of [503, "reset-before-headers", "empty-stream"] as const) {
      fixture.models.reset();
      fixture.models.setFault({ fault, times: 1 });
      const { status, text } = await ask({ model: newModel(), stream: true });
      expect(status).toBe(200);
      expect(text).toContain("[DONE]");
    }
  });
});
