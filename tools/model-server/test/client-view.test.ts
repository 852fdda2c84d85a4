import { APICallError } from "@ai-sdk/provider";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../src/index.ts";
import { PROVIDER_NAMES, ask, listen, modelOf, read } from "./providers.ts";

// What the AI SDK's clients make of the faults: this is what the gateway builds on, so a new version that behaves
// otherwise should fail here first.

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

/** Only the compatible client takes a stream without an end for a fault; Anthropic's does not finish at all. */
const FINISH_OF_AN_UNENDED_STREAM: Record<string, string | undefined> = {
  ...Object.fromEntries(PROVIDER_NAMES.map((name) => [name, "other"])),
  "OpenAI-compatible": "error",
  Anthropic: undefined,
};

const WORDS = "alpha bravo charlie delta echo foxtrot golf hotel";

describe.each(PROVIDER_NAMES)("%s", (provider) => {
  const stream = (directive: string) => listen(modelOf(server, provider), ask(`[[${directive}]]`));
  const whole = (directive: string) => read(modelOf(server, provider), ask(`[[${directive}]]`));

  it.each([
    [400, false],
    [401, false],
    [429, true],
    [500, true],
    [503, true],
  ])("gets an error with the status %i and the server's words", async (statusCode, isRetryable) => {
    const directive = `fault=${statusCode} message="No, says the server"`;
    // Mistral's client does not read the words of its server's 401.
    const message = provider === "Mistral" && statusCode === 401 ? "Unauthorized" : "No, says the server";
    for (const hear of [stream, whole]) {
      const error: unknown = await hear(directive).catch((reason: unknown) => reason);
      expect(APICallError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ statusCode, isRetryable, message });
    }
  });

  it.each([
    ["reset-before-headers", "Cannot connect to API: read ECONNRESET"],
    ["reset-after-headers", "Failed to process successful response"],
    ["cut", "Failed to process successful response"],
  ])("fails when the connection breaks (%s)", async (fault, message) => {
    const directive = `fault=${fault} text=${WORDS}`;
    // Retryable even in the middle of an answer, when trying again would say its beginning twice.
    await expect(stream(directive)).rejects.toMatchObject({ message, isRetryable: true });
    await expect(whole(directive)).rejects.toMatchObject({ message, isRetryable: true });
  });

  it.each(["html", "empty-body", "empty-stream"])("hears nothing and gets no finish reason (%s)", async (fault) => {
    const heard = await stream(`fault=${fault}`);
    expect(heard.text).toBe("");
    expect(heard.errors).toHaveLength(provider === "OpenAI-compatible" ? 1 : 0);
    expect(heard.finish?.unified).toBe(FINISH_OF_AN_UNENDED_STREAM[provider]);
  });

  it.each(["html", "empty-body", "invalid-json"])("fails on a whole body that is not JSON (%s)", async (fault) => {
    const message = "Invalid JSON response";
    await expect(whole(`fault=${fault}`)).rejects.toMatchObject({ message, statusCode: 200, isRetryable: false });
  });

  it("reports an event whose JSON breaks off, and misses its words", async () => {
    const heard = await stream(`fault=invalid-json text=${WORDS}`);
    expect(heard.errors).toHaveLength(1);
    expect(heard.text).toBe("alpha bravo charlie echo foxtrot golf hotel");
  });

  it("keeps the words that came before an error in the middle", async () => {
    const heard = await stream(`fault=error-midway text="${WORDS}"`);
    expect(heard.text).toBe("alpha bravo charlie ");
    expect(heard.errors).toHaveLength(1);
  });

  it("fails or reports when the stream begins with an error", async () => {
    const outcome = await stream("fault=error-first message=Overloaded").then(
      (heard) => heard.errors,
      (error: unknown) => [error],
    );
    expect(outcome).toHaveLength(1);
  });

  it("cannot tell why a stream ended without a finish reason", async () => {
    const heard = await stream(`fault=no-finish text=${WORDS}`);
    expect(heard.text).toBe(WORDS);
    expect(heard.finish?.unified).toBe(FINISH_OF_AN_UNENDED_STREAM[provider]);
  });

  it("passes on tool arguments that are not JSON", async () => {
    const tools = [{ type: "function" as const, name: "lookup", inputSchema: { type: "object" as const } }];
    const heard = await listen(modelOf(server, provider), ask("[[fault=bad-tool-arguments]]", { tools }));
    expect(heard.toolCalls).toEqual([{ name: "lookup", input: '{"broken": "arguments' }]);
  });

  it("reads a stream of the wrong type all the same", async () => {
    expect((await stream(`fault=wrong-content-type text=${WORDS}`)).text).toBe(WORDS);
  });

  it("takes in 4 MB in one delta", async () => {
    expect((await stream("fault=huge-chunk bytes=4000000")).text).toHaveLength(4_000_000);
  });

  it("can say afterwards exactly what a cut took away", async () => {
    const question = `Tell me. [[fault=cut after=2 times=1 text=${WORDS}]]`;
    const model = modelOf(server, provider);
    const { stream: parts } = await model.doStream(ask(question));
    let said = "";
    await expect(async () => {
      for await (const part of parts) if (part.type === "text-delta") said += part.delta;
    }).rejects.toThrow("Failed to process successful response");
    expect(said).toBe("alpha bravo ");
    const rest = await listen(model, ask("Continue.", { earlier: [question, said] }));
    expect(said + rest.text).toBe(WORDS);
  });

  it("hangs up, and the server notices", async () => {
    const abort = new AbortController();
    const { stream: parts } = await modelOf(server, provider).doStream(
      ask("[[chunks=1000 delay=5]]", { abortSignal: abort.signal }),
    );
    await expect(async () => {
      for await (const part of parts) if (part.type === "text-delta") abort.abort();
    }).rejects.toThrow("aborted");
    await expect.poll(() => server.requests[0]).toMatchObject({ aborted: true, finished: false, status: 200 });
    expect(server.requests[0]?.eventsSent).toBeLessThan(1000);
  });
});

it.each(PROVIDER_NAMES.filter((provider) => provider !== "Anthropic"))(
  "gives no figures when there are none (%s)",
  async (provider) => {
    const heard = await listen(modelOf(server, provider), ask(`[[fault=no-usage text=${WORDS}]]`));
    expect(heard.text).toBe(WORDS);
    expect(heard.usage?.inputTokens.total).toBeUndefined();
    expect(heard.usage?.outputTokens.total).toBeUndefined();
  },
);

it("takes an answer without figures for a failure, as Anthropic's client", async () => {
  const heard = listen(modelOf(server, "Anthropic"), ask(`[[fault=no-usage text=${WORDS}]]`));
  await expect(heard).rejects.toMatchObject({ statusCode: 500, isRetryable: false });
});
