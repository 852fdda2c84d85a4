import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../src/index.ts";
import { PROVIDER_NAMES, ask, listen, modelOf, read } from "./providers.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const ways = [
  ["streamed", listen],
  ["whole", read],
] as const;

/** Mistral says the beginning again; the others not named take it for finished and answer anew. */
const TEXT_AFTER_PREFILL: Record<string, string> = {
  Anthropic: " three four five",
  Groq: " three four five",
  Mistral: "one two three four five",
};

const weather = {
  type: "function" as const,
  name: "get_weather",
  description: "Weather of a city",
  inputSchema: { type: "object" as const, properties: { city: { type: "string" as const } } },
};

describe.each(PROVIDER_NAMES)("%s", (provider) => {
  describe.each(ways)("%s", (_way, hear) => {
    it("quotes the question and tells what reached the model", async () => {
      const question = ask("What is 2 + 2?\nIn words, s'il vous plaît 👍", {
        system: "Be brief.",
        earlier: ["Hello", "Hello yourself"],
      });
      const heard = await hear(modelOf(server, provider), question);
      expect(heard.text).toBe(
        [
          "You said:",
          "",
          "> What is 2 + 2?",
          "> In words, s'il vous plaît 👍",
          "",
          "- Model: `test-model`",
          "- Messages: 3 (user 2, assistant 1, tool 0)",
          "- System prompt: “Be brief.”",
          "- Images: 0",
          "- Attachments: 0",
          "- Tools: 0",
          "",
        ].join("\n"),
      );
      expect(heard.errors).toEqual([]);
      expect(heard.finish?.unified).toBe("stop");
      // Be brief. 9, Hello 5, Hello yourself 14, the question 43 characters: 3 + 2 + 4 + 11 tokens
      expect(heard.usage?.inputTokens.total).toBe(20);
      expect(heard.usage?.outputTokens.total).toBe(Math.ceil(heard.text.length / 4));
      expect(server.requests).toHaveLength(1);
      expect(server.requests[0]).toMatchObject({ method: "POST", status: 200, finished: true, aborted: false });
    });

    it("sends reasoning apart from the answer when the question asks for it", async () => {
      const heard = await hear(modelOf(server, provider), ask("Why? [[reasoning='Let me see.' text=Because.]]"));
      const showsReasoning = provider !== "OpenAI chat completions";
      expect(heard.reasoning).toBe(showsReasoning ? "Let me see." : "");
      expect(heard.text).toBe("Because.");
      expect(heard.errors).toEqual([]);
      // Mistral's client does not look for it.
      expect(heard.usage?.outputTokens.reasoning).toBe(provider === "Mistral" ? undefined : 3);
    });

    it("calls the tools it is told to call", async () => {
      const order = `Weather? [[tool=get_weather args='{"city":"Lyon"}' tool=get_weather args='{"city":"Lille"}']]`;
      const heard = await hear(modelOf(server, provider), ask(order, { tools: [weather] }));
      expect(heard.toolCalls.map((call) => [call.name, JSON.parse(call.input)])).toEqual([
        ["get_weather", { city: "Lyon" }],
        ["get_weather", { city: "Lille" }],
      ]);
      expect(heard.finish?.unified).toBe("tool-calls");
      expect(heard.errors).toEqual([]);
    });

    it("stops at the greatest number of tokens and says so", async () => {
      const heard = await hear(modelOf(server, provider), ask("[[chunks=100]]", { maxOutputTokens: 16 }));
      expect(heard.text).toHaveLength(64);
      expect(heard.finish?.unified).toBe("length");
    });
  });

  it("streams in as many deltas as were asked for", async () => {
    const heard = await listen(modelOf(server, provider), ask("Go. [[chunks=200]]"));
    expect(heard.deltas).toBe(200);
    expect(heard.text).toContain("> Go.");
    expect(heard.text).toContain("word199");
  });

  it("gives the same words whole and in a stream cut between any two bytes", async () => {
    const model = modelOf(server, provider);
    server.setBehaviour({ sample: "markdown", fragmentBytes: 7 });
    const streamed = await listen(model, ask("Hi"));
    const whole = await read(model, ask("Hi"));
    expect(streamed.text).toContain("日本語, العربية and 👩‍👩‍👧‍👦");
    expect(streamed.text).toBe(whole.text);
  });

  it("counts the images and files it was sent", async () => {
    const image = { type: "file" as const, mediaType: "image/png", data: new Uint8Array([137, 80, 78, 71]) };
    const pdf = { type: "file" as const, mediaType: "application/pdf", data: "JVBERi0=", filename: "report.pdf" };
    // Groq takes no documents, and a compatible server is not known to.
    const parts = provider === "Groq" ? [image] : [image, pdf];
    const content = [{ type: "text" as const, text: "Look" }, ...parts];
    const heard = await read(modelOf(server, provider), { prompt: [{ role: "user", content }] });
    expect(heard.text).toContain("> Look");
    expect(heard.text).toContain("- Images: 1");
    expect(heard.text).toContain(`- Attachments: ${parts.length - 1}`);
  });

  it("answers with the result of a tool instead of calling it again", async () => {
    const heard = await read(modelOf(server, provider), {
      tools: [weather],
      prompt: [
        { role: "user", content: [{ type: "text", text: "Weather? [[tool=get_weather]]" }] },
        {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "abc123def", toolName: "get_weather", input: {} }],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "abc123def",
              toolName: "get_weather",
              output: { type: "json", value: { sky: "grey" } },
            },
          ],
        },
      ],
    });
    expect(heard.toolCalls).toEqual([]);
    expect(heard.text).toContain("- Tool result: ");
    expect(heard.text).toContain('"sky":"grey"');
  });

  it("goes on where half an answer ends", async () => {
    const model = modelOf(server, provider);
    const whole = await read(model, ask("[[text=one two three four five]]"));
    const rest = await listen(
      model,
      ask("Continue exactly where you stopped.", { earlier: ["[[text=one two three four five]]", "one two th"] }),
    );
    expect(whole.text).toBe("one two three four five");
    expect(rest.text).toBe("ree four five");
  });

  it("takes an answer at the end of the prompt as its provider does", async () => {
    const model = modelOf(server, provider);
    const { prompt } = ask("", { earlier: ["[[text=one two three four five]]", "one two"] });
    const heard = await listen(model, { prompt: prompt.slice(0, 2) });
    expect(heard.text).toBe(TEXT_AFTER_PREFILL[provider] ?? "one two three four five");
  });
});
