import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createGroq } from "@ai-sdk/groq";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import type { ModelServer } from "../src/index.ts";

type Provider = (server: ModelServer, model: string, apiKey: string) => LanguageModelV3;

/** Every wire format as its real client speaks it, with a model name that the client takes for a reasoning one. */
export const PROVIDERS: Record<string, Provider> = {
  "OpenAI chat completions": ({ baseUrls }, model, apiKey) =>
    createOpenAI({ baseURL: baseUrls.openai, apiKey }).chat(model),
  "OpenAI responses": ({ baseUrls }, model, apiKey) => createOpenAI({ baseURL: baseUrls.openai, apiKey })(model),
  Anthropic: ({ baseUrls }, model, apiKey) => createAnthropic({ baseURL: baseUrls.anthropic, apiKey })(model),
  Gemini: ({ baseUrls }, model, apiKey) => createGoogleGenerativeAI({ baseURL: baseUrls.google, apiKey })(model),
  Groq: ({ baseUrls }, model, apiKey) => createGroq({ baseURL: baseUrls.groq, apiKey })(model),
  Mistral: ({ baseUrls }, model, apiKey) => createMistral({ baseURL: baseUrls.mistral, apiKey })(model),
  "OpenAI-compatible": ({ baseUrls }, model, apiKey) =>
    createOpenAICompatible({ baseURL: baseUrls.compatible, name: "local", apiKey, includeUsage: true })(model),
};

export const PROVIDER_NAMES = Object.keys(PROVIDERS);

export function modelOf(
  server: ModelServer,
  provider: string,
  model = "test-model",
  apiKey = "a-key",
): LanguageModelV3 {
  const make = PROVIDERS[provider];
  if (!make) throw new Error(`no provider ${provider}`);
  return make(server, model, apiKey);
}

/** A prompt of one question, after `earlier` turns taken by user and assistant in turn. */
export function ask(
  question: string,
  more: Partial<LanguageModelV3CallOptions> & { system?: string; earlier?: string[] } = {},
) {
  const { system, earlier = [], ...options } = more;
  const turns = [...earlier, question].map((text, index) =>
    index % 2 === 0
      ? { role: "user" as const, content: [{ type: "text" as const, text }] }
      : { role: "assistant" as const, content: [{ type: "text" as const, text }] },
  );
  const prompt = system === undefined ? turns : [{ role: "system" as const, content: system }, ...turns];
  return { prompt, ...options } satisfies LanguageModelV3CallOptions;
}

export type Heard = {
  text: string;
  /** How many text deltas it came in. */
  deltas: number;
  reasoning: string;
  toolCalls: { name: string; input: string }[];
  finish: LanguageModelV3FinishReason | undefined;
  usage: LanguageModelV3Usage | undefined;
  /** What the stream itself reported as errors, in order. */
  errors: unknown[];
};

/** Reads a stream to its end; throws what the stream throws. */
export async function listen(model: LanguageModelV3, options: LanguageModelV3CallOptions): Promise<Heard> {
  const { stream } = await model.doStream(options);
  const heard: Heard = {
    text: "",
    deltas: 0,
    reasoning: "",
    toolCalls: [],
    finish: undefined,
    usage: undefined,
    errors: [],
  };
  for await (const part of stream) {
    if (part.type === "text-delta" && part.delta !== "") {
      heard.text += part.delta;
      heard.deltas += 1;
    } else if (part.type === "reasoning-delta") heard.reasoning += part.delta;
    else if (part.type === "tool-call") heard.toolCalls.push({ name: part.toolName, input: part.input });
    else if (part.type === "error") heard.errors.push(part.error);
    else if (part.type === "finish") Object.assign(heard, { finish: part.finishReason, usage: part.usage });
  }
  return heard;
}

/** The same for an answer that comes whole. */
export async function read(model: LanguageModelV3, options: LanguageModelV3CallOptions): Promise<Heard> {
  const { content, finishReason, usage } = await model.doGenerate(options);
  const texts = (type: "text" | "reasoning") =>
    content.flatMap((part: LanguageModelV3Content) => (part.type === type && "text" in part ? [part.text] : []));
  return {
    text: texts("text").join(""),
    deltas: 1,
    reasoning: texts("reasoning").join(""),
    toolCalls: content.flatMap((part) =>
      part.type === "tool-call" ? [{ name: part.toolName, input: part.input }] : [],
    ),
    finish: finishReason,
    usage,
    errors: [],
  };
}
