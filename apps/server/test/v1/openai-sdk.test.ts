import { eventually } from "@mindmesh/test-support";
import OpenAI, { APIError, APIUserAbortError } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type V1Fixture, pixel, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
let client: OpenAI;
beforeAll(async () => {
  fixture = await startV1({ CALLS_PER_MINUTE: "100000" });
  client = new OpenAI({ baseURL: fixture.baseURL, apiKey: fixture.key, maxRetries: 0 });
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

/** No other model may answer, so that what goes wrong with this one is seen. */
const alone = { headers: { "x-mindmesh-fallback": "none" } };
const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
/** One that is read by the byte, and two that are translated. */
const models = ["openai/gpt-5-mini", "anthropic/claude-sonnet-4-5", "google/gemini-2.5-flash"];

async function refused(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
}

const posts = () => fixture.models.requests.filter(({ method }) => method === "POST");

describe.each(models)("the openai SDK with %s", (model) => {
  it("gets a whole chat completion with its usage", async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [{ role: "user", content: "[[text=Hello]]" }],
    });
    expect(answer.object).toBe("chat.completion");
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { role: "assistant", content: "Hello" },
    });
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it("gets a stream that ends with its reason, and with the usage only when it asks for it", async () => {
    for (const include_usage of [true, false]) {
      const stream = await client.chat.completions.create({
        model,
        stream: true,
        ...(include_usage && { stream_options: { include_usage } }),
        messages: [{ role: "user", content: "[[chunks=5 text='one two three four five']]" }],
      });
      let text = "";
      const reasons: string[] = [];
      const usages: number[] = [];
      let withoutChoice = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
        if (chunk.usage) usages.push(chunk.usage.total_tokens);
        if (chunk.choices.length !== 1) withoutChoice += 1;
      }
      expect(text).toBe("one two three four five");
      expect(reasons).toEqual(["stop"]);
      expect(usages).toHaveLength(include_usage ? 1 : 0);
      expect(withoutChoice).toBe(usages.length);
    }
  });

  it("calls functions, streamed and whole, and gets the answer to their results", async () => {
    const question = { role: "user" as const, content: `[[tool=weather args='{"city":"Oslo"}']] How is it in Oslo?` };
    const whole = await client.chat.completions.create({ model, tools: [weather], messages: [question] });
    const [call] = whole.choices[0]?.message.tool_calls ?? [];
    expect(whole.choices[0]?.finish_reason).toBe("tool_calls");
    expect(call).toMatchObject({ type: "function", function: { name: "weather" } });
    if (call?.type !== "function") throw new Error("no call");
    expect(JSON.parse(call.function.arguments)).toEqual({ city: "Oslo" });

    const runner = client.chat.completions.stream({ model, tools: [weather], messages: [question] });
    const streamed = await runner.finalChatCompletion();
    expect(streamed.choices[0]?.finish_reason).toBe("tool_calls");
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "weather", arguments: expect.stringMatching(/"city":\s*"Oslo"/) as string },
    });

    const final = await client.chat.completions.create({
      model,
      tools: [weather],
      messages: [
        question,
        { role: "assistant", tool_calls: [call] },
        { role: "tool", tool_call_id: call.id, content: "Rain, 4 degrees" },
      ],
    });
    expect(final.choices[0]?.finish_reason).toBe("stop");
    expect(final.choices[0]?.message.content).toContain("Rain, 4 degrees");
  });

  it("gets structured output parsed by its Zod schema", async () => {
    const answer = await client.chat.completions.parse({
      model,
      messages: [{ role: "user", content: `[[text='{"name":"Ada","born":1815}']]` }],
      response_format: zodResponseFormat(z.object({ name: z.string(), born: z.number() }), "person"),
    });
    expect(answer.choices[0]?.message.parsed).toEqual({ name: "Ada", born: 1815 });
  });

  it("sends images", async () => {
    await client.chat.completions.create({
      model,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
          ],
        },
      ],
    });
    expect(JSON.stringify(posts()[0]?.body)).toContain(pixel);
  });

  it("is told of a stream that was cut, instead of taking its beginning for the whole", async () => {
    for (const fault of ["cut", "no-finish"] as const) {
      fixture.models.reset();
      const name = `${model}-${fault}`;
      const stream = await client.chat.completions.create(
        {
          model: name,
          stream: true,
          messages: [{ role: "user", content: `[[fault=${fault} after=3 chunks=8]] Tell me.` }],
        },
        alone,
      );
      let text = "";
      const end = (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      })();
      await expect(end).rejects.toThrow(/broke off|closed the connection/);
      expect(text).not.toBe("");
    }
  });

  it("gets the rest of a stream that was cut from a model that can go on", async () => {
    const [provider] = model.split("/");
    fixture.models.setBehaviour({ chunks: 6, text: "one two three four five six" });
    const cut = `${provider}/cut-once-${model.length}`;
    fixture.models.setFault({ fault: "cut", after: 3, times: 1 });
    const stream = await client.chat.completions.create({
      model: cut,
      stream: true,
      messages: [{ role: "user", content: "Count." }],
    });
    let text = "";
    const ids = new Set<string>();
    const ends: string[] = [];
    for await (const chunk of stream) {
      ids.add(chunk.id);
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.choices[0]?.finish_reason) ends.push(chunk.choices[0].finish_reason);
    }
    expect(text).toMatch(/^one two three/);
    expect(ends).toEqual(["stop"]);
    expect(ids.size).toBe(1);
    expect(posts()).toHaveLength(2);
    // The second one was asked to go on with what had come.
    expect(JSON.stringify(posts()[1]?.body)).toContain("one two three");
  });

  it("stops the provider at once when it aborts", async () => {
    const stop = new AbortController();
    const stream = await client.chat.completions.create(
      { model, stream: true, messages: [{ role: "user", content: "[[chunks=500 delay=50]]" }] },
      { signal: stop.signal },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stop.abort();
    await eventually(() => expect(posts()[0]).toMatchObject({ aborted: true }));
    expect(posts()[0]?.eventsSent).toBeLessThan(100);

    const whole = new AbortController();
    const answer = client.chat.completions.create(
      { model, messages: [{ role: "user", content: "[[chunks=500 delay=50]]" }] },
      { signal: whole.signal },
    );
    await eventually(() => expect(posts()).toHaveLength(2));
    whole.abort();
    await expect(answer).rejects.toBeInstanceOf(APIUserAbortError);
    await eventually(() => expect(posts()[1]).toMatchObject({ aborted: true }));
  });

  it("gives up by its own time limit, and the provider is left too", async () => {
    const messages = [{ role: "user" as const, content: "[[first-delay=60000]]" }];
    for (const [index, stream] of [false, true].entries()) {
      const call = client.chat.completions.create({ model, stream, messages }, { timeout: 300 });
      await expect(call).rejects.toThrow(/timed out/i);
      await eventually(() => expect(posts()[index]).toMatchObject({ aborted: true }));
    }
  });

  it("gets structured output as a stream", async () => {
    const runner = client.chat.completions.stream({
      model,
      messages: [{ role: "user", content: `[[chunks=6 text='{"name":"Ada","born":1815}']]` }],
      response_format: zodResponseFormat(z.object({ name: z.string(), born: z.number() }), "person"),
    });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]?.message.parsed).toEqual({ name: "Ada", born: 1815 });
    expect(JSON.stringify(posts()[0]?.body)).toContain("born");
  });

  it("uses responses, whole and streamed, with functions", async () => {
    const whole = await client.responses.create({ model, input: "[[text=Hello]]", instructions: "Be short." });
    expect(whole).toMatchObject({ status: "completed", output_text: "Hello" });
    expect(whole.usage?.total_tokens).toBeGreaterThan(0);

    const stream = client.responses.stream({
      model,
      input: `[[tool=weather args='{"city":"Oslo"}']] And in Oslo?`,
      tools: [{ type: "function", name: "weather", parameters: weather.function.parameters, strict: false }],
    });
    const types = new Set<string>();
    for await (const event of stream) types.add(event.type);
    expect([...types]).toEqual(
      expect.arrayContaining([
        "response.created",
        "response.output_item.added",
        "response.function_call_arguments.done",
      ]),
    );
    const first = await stream.finalResponse();
    const call = first.output.find((item) => item.type === "function_call");
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ city: "Oslo" });

    const second = await client.responses.create({
      model,
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: call?.call_id ?? "", output: "Rain, 4 degrees" }],
    });
    expect(second.output_text).toContain("Rain, 4 degrees");
  });

  it("gets structured output of responses parsed by its Zod schema, whole and streamed", async () => {
    const asked = {
      model,
      input: `[[chunks=6 text='{"name":"Ada","born":1815}']]`,
      text: { format: zodTextFormat(z.object({ name: z.string(), born: z.number() }), "person") },
    };
    const whole = await client.responses.parse(asked);
    expect(whole.output_parsed).toEqual({ name: "Ada", born: 1815 });

    const stream = client.responses.stream(asked);
    let deltas = 0;
    for await (const event of stream) if (event.type === "response.output_text.delta") deltas += 1;
    expect(deltas).toBeGreaterThan(1);
    expect((await stream.finalResponse()).output_parsed).toEqual({ name: "Ada", born: 1815 });
    for (const { body } of posts()) expect(JSON.stringify(body)).toContain("born");
  });

  it("sends images in responses, whole and streamed", async () => {
    const input = [
      {
        role: "user" as const,
        content: [
          { type: "input_text" as const, text: "What is this?" },
          { type: "input_image" as const, detail: "auto" as const, image_url: `data:image/png;base64,${pixel}` },
        ],
      },
    ];
    await client.responses.create({ model, input });
    await client.responses.stream({ model, input }).finalResponse();
    expect(posts().map(({ body }) => JSON.stringify(body).includes(pixel))).toEqual([true, true]);
  });

  it("stops the provider at once when it aborts a response", async () => {
    const input = "[[chunks=500 delay=50]]";
    const stop = new AbortController();
    const stream = await client.responses.create({ model, stream: true, input }, { signal: stop.signal });
    for await (const event of stream) if (event.type === "response.output_text.delta") break;
    stop.abort();
    await eventually(() => expect(posts()[0]).toMatchObject({ aborted: true }));
    expect(posts()[0]?.eventsSent).toBeLessThan(100);

    const whole = new AbortController();
    const answer = client.responses.create({ model, input }, { signal: whole.signal });
    await eventually(() => expect(posts()).toHaveLength(2));
    whole.abort();
    await expect(answer).rejects.toBeInstanceOf(APIUserAbortError);
    await eventually(() => expect(posts()[1]).toMatchObject({ aborted: true }));
  });

  it("gives up a response by its own time limit, and the provider is left too", async () => {
    for (const [index, stream] of [false, true].entries()) {
      const call = client.responses.create({ model, stream, input: "[[first-delay=60000]]" }, { timeout: 300 });
      await expect(call).rejects.toThrow(/timed out/i);
      await eventually(() => expect(posts()[index]).toMatchObject({ aborted: true }));
    }
  });

  it("is told when a streamed response was cut", async () => {
    const stream = await client.responses.create(
      { model: `${model}-cut-response`, stream: true, input: "[[fault=cut after=3 chunks=8]] Tell me." },
      alone,
    );
    const types: string[] = [];
    const end = (async () => {
      for await (const event of stream) types.push(event.type);
    })();
    await expect(end).rejects.toBeInstanceOf(APIError);
    expect(types).toContain("response.failed");
    expect(types).not.toContain("response.completed");
  });
});

describe("the openai SDK", () => {
  it("lists models and reads one of them", async () => {
    const list = await client.models.list();
    const ids = list.data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["default"]));
    const named = ids.find((id) => id.startsWith("anthropic/")) ?? "";
    expect(await client.models.retrieve(named)).toMatchObject({ id: named, object: "model", owned_by: "anthropic" });
    expect((await refused(client.models.retrieve("nothing"))).status).toBe(404);
  });

  it("gets 404 with the names that exist for a model that does not", async () => {
    for (const model of ["gpt-nothing", "nobody/gpt-5", "groq/llama"]) {
      const error = await refused(
        client.chat.completions.create({ model, messages: [{ role: "user", content: "Hi" }] }),
      );
      expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
      expect(error.message).toContain("anthropic/claude");
    }
  });

  it("gets vectors for texts, by the usual model and by name", async () => {
    for (const model of ["default", "text-embedding-3-small", "google/gemini-embedding-001"]) {
      const { data, usage } = await client.embeddings.create({ model, input: ["one", "two"] });
      expect(data.map(({ index }) => index)).toEqual([0, 1]);
      expect(data[0]?.embedding.length).toBeGreaterThan(2);
      expect(data[0]?.embedding).not.toEqual(data[1]?.embedding);
      expect(usage?.prompt_tokens ?? 1).toBeGreaterThan(0);
    }
    const plain = await client.embeddings.create({ model: "default", input: "one", encoding_format: "float" });
    const coded = await client.embeddings.create({ model: "default", input: "one" });
    expect(coded.data[0]?.embedding[0]).toBeCloseTo(plain.data[0]?.embedding[0] ?? Number.NaN, 5);
    expect((await refused(client.embeddings.create({ model: "nothing", input: "x" }))).status).toBe(404);
    expect(await refused(client.embeddings.create({ model: "default", input: [] }))).toMatchObject({ status: 400 });
  });

  it("finds a model by its own name, and the default one", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    const bare = ids.find((id) => id.startsWith("openai/"))?.slice("openai/".length) ?? "";
    for (const model of [bare, "default"]) {
      const answer = await client.chat.completions.create({
        model,
        messages: [{ role: "user", content: "[[text=Hi]]" }],
      });
      expect(answer.choices[0]?.message.content).toBe("Hi");
    }
  });

  it("is told what the provider refused: its own mistake, a wait, or a fault behind the server", async () => {
    const cases = [
      { fault: "400", status: 400 },
      { fault: "401", status: 502 },
      { fault: "404", status: 404 },
      { fault: "429 retry-after=20", status: 429 },
      { fault: "quota", status: 502 },
      { fault: "503", status: 503 },
    ];
    for (const stream of [false, true]) {
      for (const { fault, status } of cases) {
        const error = await refused(
          client.chat.completions.create({
            model: `openai/refused-${fault.split(" ")[0]}-${stream}`,
            stream,
            messages: [{ role: "user", content: `[[fault=${fault}]]` }],
          }),
        );
        expect(error.status, fault).toBe(status);
        expect(error.headers?.get("retry-after") ?? null, fault).toBe(status === 429 ? "20" : null);
      }
    }
  });
});
