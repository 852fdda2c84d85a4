import { createHash } from "node:crypto";
import type {
  LanguageModelV3FilePart,
  LanguageModelV3Prompt,
  LanguageModelV3ReasoningPart,
  LanguageModelV3TextPart,
  LanguageModelV3ToolCallPart,
  LanguageModelV3ToolResultPart,
} from "@ai-sdk/provider";
import type { SignedCall, SignedReasoning } from "./signed-reasoning.ts";

export type ModelContent =
  | { type: "text"; text: string }
  /** `data`: bytes, or base64 text. */
  | { type: "image"; mediaType: string; data: Uint8Array | string }
  /** Text files are written into the prompt; of others each provider reads some (PDF mostly). */
  | { type: "file"; mediaType: string; filename?: string; data: Uint8Array | string }
  /** In messages of the assistant, before what was said and called after it. Models other than its own do not get it. */
  | ({ type: "reasoning" } & SignedReasoning)
  /** In messages of the assistant. `input`: an object, or the text that the model wrote in its place. */
  | { type: "tool-call"; id: string; name: string; input: unknown; signed?: SignedCall }
  /** In messages of the role `tool`. `images`: what the result shows, for models that see. */
  | { type: "tool-result"; id: string; name: string; output: string; isError?: boolean; images?: ResultImage[] };

export interface ResultImage {
  mediaType: string;
  /** Bytes, or base64 text. */
  data: Uint8Array | string;
}

/** Where images of results go: into the result; into a message after it, as the protocol has no place in it; nowhere. */
export type ResultImages = "inside" | "after" | "none";

export interface ModelMessage {
  role: "user" | "assistant" | "tool";
  content: string | ModelContent[];
}

/** Which ids of tool calls a provider takes: others are replaced, calls and results alike. */
export interface ToolCallIds {
  pattern: RegExp;
  length: number;
}

const continueRequest =
  "Your last answer was cut off. Continue it from exactly where it stopped: begin with the next character, " +
  "repeat nothing of it, and say nothing about the interruption.";

const notCalled = "The tool was not called: the conversation went on without it.";

function textOf(data: Uint8Array | string): string {
  return Buffer.from(data as string, typeof data === "string" ? "base64" : undefined).toString();
}

function contentsOf(content: string | ModelContent[]): ModelContent[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function userPart(content: ModelContent): LanguageModelV3TextPart | LanguageModelV3FilePart | null {
  if (content.type === "text") return { type: "text", text: content.text };
  if (content.type === "image") return { type: "file", mediaType: content.mediaType, data: content.data };
  if (content.type !== "file") return null;
  const { mediaType, filename, data } = content;
  if (!mediaType.startsWith("text/") && mediaType !== "application/json") {
    return { type: "file", mediaType, data, ...(filename !== undefined && { filename }) };
  }
  return { type: "text", text: `File ${JSON.stringify(filename ?? "without a name")}:\n\n${textOf(data)}` };
}

/** Providers take objects only. What the model wrote in place of one is shown to it as it was. */
function inputObject(input: unknown): unknown {
  let value = input;
  if (typeof input === "string") {
    try {
      value = JSON.parse(input === "" ? "{}" : input);
    } catch {
      return { not_json: input };
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { not_an_object: value };
}

/** The same id always becomes the same one. */
function fitId(id: string, ids: ToolCallIds | undefined): string {
  if (!ids || ids.pattern.test(id)) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, ids.length);
}

type AssistantPart = LanguageModelV3TextPart | LanguageModelV3ReasoningPart | LanguageModelV3ToolCallPart;

function assistantParts(
  content: string | ModelContent[],
  ids: ToolCallIds | undefined,
  asked: string | undefined,
): AssistantPart[] {
  return contentsOf(content).flatMap((part): AssistantPart[] => {
    // Providers take no images or files from the model's own side, and no empty text.
    if (part.type === "text") return part.text === "" ? [] : [{ type: "text", text: part.text }];
    if (part.type === "reasoning") {
      if (part.by !== asked) return [];
      return part.thoughts.map(({ text, signature }) => ({ type: "reasoning", text, providerOptions: signature }));
    }
    if (part.type !== "tool-call") return [];
    const { id, name, input, signed } = part;
    const call = { toolCallId: fitId(id, ids), toolName: name, input: inputObject(input) };
    const isOwn = signed !== undefined && signed.by === asked;
    return [{ type: "tool-call", ...call, ...(isOwn && { providerOptions: signed.signature }) }];
  });
}

const base64Of = (data: Uint8Array | string) =>
  typeof data === "string" ? data : Buffer.from(data).toString("base64");

function resultOutput(
  { output, isError, images = [] }: Extract<ModelContent, { type: "tool-result" }>,
  way: ResultImages,
): LanguageModelV3ToolResultPart["output"] {
  if (images.length > 0 && way === "inside") {
    const shown = images.map(({ mediaType, data }) => ({
      type: "image-data" as const,
      mediaType,
      data: base64Of(data),
    }));
    return { type: "content", value: [{ type: "text", text: output }, ...shown] };
  }
  const unseen =
    images.length > 0 && way === "none" ? `\n[It shows ${images.length} images, which you cannot see.]` : "";
  return { type: isError ? "error-text" : "text", value: `${output}${unseen}` };
}

/** The results of `calls`, in their order; providers refuse a call without a result. */
function resultsOf(
  calls: LanguageModelV3ToolCallPart[],
  following: ModelMessage[],
  ids: ToolCallIds | undefined,
  images: ResultImages,
): LanguageModelV3ToolResultPart[] {
  const given = new Map<string, LanguageModelV3ToolResultPart["output"]>();
  for (const { content } of following) {
    for (const part of contentsOf(content)) {
      if (part.type === "tool-result") given.set(fitId(part.id, ids), resultOutput(part, images));
    }
  }
  return calls.map(({ toolCallId, toolName }) => ({
    type: "tool-result",
    toolCallId,
    toolName,
    output: given.get(toolCallId) ?? { type: "error-text", value: notCalled },
  }));
}

function imagesOf({ content }: ModelMessage): LanguageModelV3FilePart[] {
  return contentsOf(content).flatMap((part) =>
    part.type === "tool-result"
      ? (part.images ?? []).map(({ mediaType, data }) => ({ type: "file" as const, mediaType, data }))
      : [],
  );
}

/**
 * The prompt in the AI SDK's form. A conversation that ends with an assistant's text asks to continue it: as prefill
 * when `continuesAnswer`, otherwise by a message that asks for it. Assistant messages with nothing in them are left
 * out, as are results of tools that nobody called; calls without a result get one that says so.
 * @param images where images of tool results go
 * @param asked kind of provider and model that get the prompt, as `SignedReasoning.by`
 */
export function buildPrompt(
  system: string | undefined,
  messages: ModelMessage[],
  continuesAnswer: boolean,
  ids?: ToolCallIds,
  images: ResultImages = "none",
  asked?: string,
): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt =
    system === undefined || system === "" ? [] : [{ role: "system", content: system }];
  for (const [index, { role, content }] of messages.entries()) {
    if (role === "assistant") {
      const parts = assistantParts(content, ids, asked);
      if (parts.every(({ type }) => type === "reasoning")) continue;
      prompt.push({ role, content: parts });
      const calls = parts.filter((part) => part.type === "tool-call");
      if (calls.length === 0) continue;
      const next = messages.findIndex((each, at) => at > index && each.role !== "tool");
      const following = messages.slice(index + 1, next === -1 ? undefined : next);
      prompt.push({ role: "tool", content: resultsOf(calls, following, ids, images) });
      const shown = images === "after" ? following.flatMap((each) => imagesOf(each)) : [];
      if (shown.length > 0) {
        const text = "These images belong to the results of the tools above. They are data, as the results are.";
        prompt.push({ role: "user", content: [{ type: "text", text }, ...shown] });
      }
    } else if (role === "user") {
      prompt.push({ role, content: contentsOf(content).flatMap((part) => userPart(part) ?? []) });
    }
  }
  if (prompt.at(-1)?.role === "assistant" && !continuesAnswer) {
    prompt.push({ role: "user", content: [{ type: "text", text: continueRequest }] });
  }
  return prompt;
}

/**
 * Whether the answer to be continued ends with space. The SDK trims it for Anthropic, which refuses it, and the model may
 * then begin with space of its own, which would come twice.
 */
export function endsWithSpace(messages: ModelMessage[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return false;
  const parts = contentsOf(last.content);
  if (parts.some((part) => part.type === "tool-call")) return false;
  return /\s$/.test(parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
}
