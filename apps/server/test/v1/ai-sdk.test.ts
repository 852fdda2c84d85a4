import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { eventually } from "@mindmesh/test-support";
import { type LanguageModel, Output, generateText, stepCountIs, streamText, tool } from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type V1Fixture, pixel, startV1 } from "./fixture.ts";

let fixture: V1Fixture;
const found: Record<string, LanguageModel> = {};
beforeAll(async () => {
  fixture = await startV1({ CALLS_PER_MINUTE: "100000" });
  const { baseURL, key: apiKey } = fixture;
  const openai = createOpenAI({ baseURL, apiKey });
  const compatible = createOpenAICompatible({
    baseURL,
    apiKey,
    name: "mindmesh",
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  found["@ai-sdk/openai, responses"] = openai("anthropic/claude-sonnet-4-5");
  found["@ai-sdk/openai, chat completions"] = openai.chat("openai/gpt-5-mini");
  found["@ai-sdk/openai-compatible"] = compatible("google/gemini-2.5-flash");
});
afterAll(() => fixture.close());
beforeEach(() => fixture.models.reset());

const posts = () => fixture.models.requests.filter(({ method }) => method === "POST");

describe.each(["@ai-sdk/openai, responses", "@ai-sdk/openai, chat completions", "@ai-sdk/openai-compatible"])(
  "the AI SDK by %s",
  (name) => {
    const model = (): LanguageModel => found[name] as LanguageModel;

    it("streams text with its usage and reason", async () => {
      const result = streamText({ model: model(), prompt: "[[chunks=3 text='one two three']]", maxRetries: 0 });
      let text = "";
      for await (const piece of result.textStream) text += piece;
      expect(text).toBe("one two three");
      expect(await result.finishReason).toBe("stop");
      expect((await result.usage).outputTokens).toBeGreaterThan(0);
    });

    it("runs a loop of tool calls to its answer", async () => {
      const asked: string[] = [];
      const { text, steps } = await generateText({
        model: model(),
        maxRetries: 0,
        stopWhen: stepCountIs(3),
        prompt: `[[tool=weather args='{"city":"Oslo"}']] How is it in Oslo?`,
        tools: {
          weather: tool({
            description: "The weather of a city",
            inputSchema: z.object({ city: z.string() }),
            execute: ({ city }) => {
              asked.push(city);
              return "Rain, 4 degrees";
            },
          }),
        },
      });
      expect(asked).toEqual(["Oslo"]);
      expect(steps).toHaveLength(2);
      expect(text).toContain("Rain, 4 degrees");
    });

    it("goes on from its own earlier answer", async () => {
      const first = await generateText({ model: model(), prompt: "[[text='My name is Ada.']]", maxRetries: 0 });
      await generateText({
        model: model(),
        maxRetries: 0,
        messages: [
          { role: "user", content: "Who are you?" },
          ...first.response.messages,
          { role: "user", content: "Say it again." },
        ],
      });
      expect(JSON.stringify(fixture.models.requests.at(-1)?.body)).toContain("My name is Ada.");
    });

    it("gets an object of a schema", async () => {
      const { output } = await generateText({
        model: model(),
        maxRetries: 0,
        output: Output.object({ schema: z.object({ name: z.string(), born: z.number() }) }),
        prompt: `[[text='{"name":"Ada","born":1815}']]`,
      });
      expect(output).toEqual({ name: "Ada", born: 1815 });
    });

    it("gets an object of a schema piece by piece", async () => {
      const { partialOutputStream, output } = streamText({
        model: model(),
        maxRetries: 0,
        output: Output.object({ schema: z.object({ name: z.string(), born: z.number() }) }),
        prompt: `[[chunks=6 text='{"name":"Ada","born":1815}']]`,
      });
      const pieces: unknown[] = [];
      for await (const piece of partialOutputStream) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.at(-1)).toEqual({ name: "Ada", born: 1815 });
      expect(await output).toEqual({ name: "Ada", born: 1815 });
    });

    it("sends images", async () => {
      await generateText({
        model: model(),
        maxRetries: 0,
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image", image: pixel, mediaType: "image/png" },
            ],
          },
        ],
      });
      expect(JSON.stringify(fixture.models.requests.at(-1)?.body)).toContain(pixel);
    });

    it("stops the provider at once when it aborts, streamed and whole", async () => {
      const prompt = "[[chunks=500 delay=50]]";
      const stop = new AbortController();
      const result = streamText({ model: model(), maxRetries: 0, prompt, abortSignal: stop.signal });
      for await (const piece of result.textStream) if (piece !== "") stop.abort();
      await eventually(() => expect(posts()[0]).toMatchObject({ aborted: true }));
      expect(posts()[0]?.eventsSent).toBeLessThan(100);

      const whole = new AbortController();
      const answer = generateText({ model: model(), maxRetries: 0, prompt, abortSignal: whole.signal });
      await eventually(() => expect(posts()).toHaveLength(2));
      whole.abort();
      await expect(answer).rejects.toThrow(/abort/i);
      await eventually(() => expect(posts()[1]).toMatchObject({ aborted: true }));
    });

    it("gives up by its own time limits, and the provider is left too", async () => {
      const late = generateText({ model: model(), maxRetries: 0, prompt: "[[first-delay=60000]]", timeout: 300 });
      await expect(late).rejects.toThrow(/timeout|timed out|abort/i);
      await eventually(() => expect(posts()[0]).toMatchObject({ aborted: true }));

      const errors: unknown[] = [];
      const silent = streamText({
        model: model(),
        maxRetries: 0,
        prompt: "[[chunks=8 fault=hang-between-chunks after=3]]",
        timeout: { chunkMs: 500 },
        onError: ({ error }) => void errors.push(error),
      });
      await silent.consumeStream();
      await eventually(() => expect(posts()[1]).toMatchObject({ aborted: true }));
      expect(posts()[1]?.eventsSent).toBeGreaterThan(2);
    });

    it("reports a cut stream as an error", async () => {
      const errors: unknown[] = [];
      const result = streamText({
        model: model(),
        maxRetries: 0,
        headers: { "x-mindmesh-fallback": "none" },
        prompt: `[[fault=cut after=3 chunks=8 id=${name.length}]] Tell me.`,
        onError: ({ error }) => void errors.push(error),
      });
      await result.consumeStream();
      expect(errors.length).toBeGreaterThan(0);
    });
  },
);
