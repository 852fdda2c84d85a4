import { z } from "zod";
import type { Answer, Finish } from "../answer.ts";
import { type Failure, type Format, type Frame, idOf } from "../format.ts";
import { type PromptMessage, RefusedRequest } from "../prompt.ts";
import { signatureOf } from "../signature.ts";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const textsSchema = z.union([z.string(), z.array(textPart)]);
const partSchema = z.union([
  textPart,
  z.object({ type: z.literal("image") }),
  z.object({ type: z.literal("document"), title: z.string().nullish() }),
  z.object({
    type: z.literal("tool_result"),
    content: z
      .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
      .optional(),
  }),
  z.object({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() }),
  z.object({ type: z.enum(["redacted_thinking", "tool_use"]) }),
]);

const requestSchema = z.object({
  model: z.string().min(1),
  max_tokens: z.number().int().min(1),
  system: textsSchema.optional(),
  messages: z
    .array(z.object({ role: z.enum(["user", "assistant"]), content: z.union([z.string(), z.array(partSchema)]) }))
    .min(1),
  stream: z.boolean().optional(),
  thinking: z.object({ type: z.string() }).optional(),
  tools: z.array(z.object({ name: z.string(), input_schema: z.unknown().optional() })).optional(),
  tool_choice: z.looseObject({ type: z.string(), name: z.string().optional() }).optional(),
  output_config: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: z.unknown().optional() }).optional() })
    .optional(),
});

type Part = z.infer<typeof partSchema>;

function readMessage(role: "user" | "assistant", parts: Part[]): PromptMessage {
  const results = parts.filter((part) => part.type === "tool_result");
  const texts = parts.filter((part) => part.type === "text").map((part) => part.text);
  if (results.length > 0 && texts.length === 0) {
    const text = results.map(({ content }) =>
      typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("\n"),
    );
    return { role: "tool", text: text.join("\n"), images: 0, attachments: [] };
  }
  return {
    role,
    text: texts.join("\n"),
    images: parts.filter((part) => part.type === "image").length,
    attachments: parts.flatMap((part) => (part.type === "document" ? [part.title ?? "document"] : [])),
  };
}

// Models from Claude 4.6 on: https://github.com/vercel/ai/issues/12296
const WITHOUT_PREFILL = /claude-(?:opus|sonnet|haiku)-(?:4-(?:[6-9]|\d\d(?!\d))|[5-9])/;

function refusePrefill(model: string, last: PromptMessage | undefined): void {
  if (last?.role !== "assistant") return;
  if (WITHOUT_PREFILL.test(model)) {
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    throw new RefusedRequest(400, message);
  }
  if (/\s$/.test(last.text)) {
    throw new RefusedRequest(400, "messages: final assistant content cannot end with trailing whitespace");
  }
}

/**
 * Thinking comes back as it was signed, or not at all; with a budget for thinking, an answer that called tools must have it.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
function refuseThinking(thinking: string | undefined, messages: { role: string; content: string | Part[] }[]): void {
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== "assistant" || typeof content === "string") continue;
    for (const [at, part] of content.entries()) {
      if (part.type !== "thinking" || part.signature === signatureOf(part.thinking)) continue;
      throw new RefusedRequest(400, `messages.${index}.content.${at}: Invalid \`signature\` in \`thinking\` block`);
    }
    const [first] = content;
    const isCurrent = index === messages.length - 2 && content.some(({ type }) => type === "tool_use");
    if (thinking === "enabled" && isCurrent && first?.type !== "thinking" && first?.type !== "redacted_thinking") {
      const found = first?.type ?? "nothing";
      const message = `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${found}\`.`;
      throw new RefusedRequest(400, message);
    }
  }
}

const STOP_REASONS: Record<Finish, string> = {
  stop: "end_turn",
  length: "max_tokens",
  "tool-calls": "tool_use",
  "content-filter": "refusal",
};

const FAILURE_TYPES: Record<number, [type: string, message: string]> = {
  400: ["invalid_request_error", "Invalid request."],
  401: ["authentication_error", "invalid x-api-key"],
  403: ["permission_error", "Your API key does not have permission to use the specified resource."],
  404: ["not_found_error", "model: not found"],
  413: ["request_too_large", "Request exceeds the maximum size"],
  429: ["rate_limit_error", "This request would exceed your organization's rate limit."],
  503: ["overloaded_error", "Overloaded"],
  529: ["overloaded_error", "Overloaded"],
};

function failureBody(failure: Failure) {
  const [type, message] = FAILURE_TYPES[failure.status] ?? ["api_error", "Internal server error"];
  const words = failure.quota ? "Your credit balance is too low to access the Anthropic API." : message;
  return { type: "error", error: { type, message: failure.message ?? words } };
}

/** The JSON value of a tool call's arguments; words that are not JSON stay words. */
function inputOf(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return words;
  }
}

function usageOf(usage: NonNullable<Answer["usage"]>, output = usage.output) {
  return {
    input_tokens: usage.input - usage.cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cached,
    output_tokens: output,
    ...(usage.reasoning > 0 && { output_tokens_details: { thinking_tokens: usage.reasoning } }),
    service_tier: "standard",
  };
}

function message(answer: Answer, content: object[], stop_reason: string | null, outputTokens?: number) {
  return {
    id: idOf("msg_", answer.number),
    type: "message",
    role: "assistant",
    model: answer.model,
    content,
    stop_reason,
    stop_sequence: null,
    ...(answer.usage && { usage: usageOf(answer.usage, outputTokens) }),
  };
}

/** The blocks of the answer in order, each with the deltas that fill it. */
function* blocks(answer: Answer): Iterable<{ start: object; deltas: [kind: Frame["kind"], delta: object][] }> {
  if (answer.reasoning.length > 0) {
    yield {
      start: { type: "thinking", thinking: "", signature: "" },
      deltas: [
        ...answer.reasoning.map((thinking): [Frame["kind"], object] => [
          "thought",
          { type: "thinking_delta", thinking },
        ]),
        ["other", { type: "signature_delta", signature: signatureOf(answer.reasoning.join("")) }],
      ],
    };
  }
  if (answer.text.length > 0) {
    yield {
      start: { type: "text", text: "" },
      deltas: answer.text.map((text) => ["text", { type: "text_delta", text }]),
    };
  }
  for (const [index, call] of answer.toolCalls.entries()) {
    const half = Math.ceil(call.arguments.length / 2);
    const pieces = ["", call.arguments.slice(0, half), call.arguments.slice(half)];
    yield {
      start: { type: "tool_use", id: idOf("toolu_", answer.number, index), name: call.name, input: {} },
      deltas: pieces.map((partial_json) => ["call", { type: "input_json_delta", partial_json }]),
    };
  }
}

function frame(kind: Frame["kind"], type: string, more: object): Frame {
  return { kind, event: type, data: { type, ...more } };
}

/** Anthropic's Messages. https://docs.anthropic.com/en/api/messages-streaming */
export const anthropic: Format = {
  name: "anthropic",
  lineEnd: "\n",
  prefill: "continued",
  read(body) {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new RefusedRequest(400, `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "invalid"}`);
    }
    const { system, ...request } = parsed.data;
    const messages = request.messages.map(({ role, content }) =>
      readMessage(role, typeof content === "string" ? [{ type: "text", text: content }] : content),
    );
    refusePrefill(request.model, messages.at(-1));
    refuseThinking(request.thinking?.type, request.messages);
    return {
      model: request.model,
      stream: request.stream ?? false,
      system:
        system === undefined ? null : typeof system === "string" ? system : system.map((part) => part.text).join("\n"),
      messages,
      tools: (request.tools ?? []).map((tool) => tool.name),
      toolSchemas: Object.fromEntries((request.tools ?? []).map((tool) => [tool.name, tool.input_schema])),
      mustCall: request.tool_choice?.name ?? request.tool_choice?.type === "any",
      json: request.output_config?.format?.schema ?? null,
      wantsReasoning: (request.thinking?.type ?? "disabled") !== "disabled",
      maxTokens: request.max_tokens,
      includeUsage: true,
    };
  },
  whole(answer) {
    const content: object[] = [];
    if (answer.reasoning.length > 0) {
      const thinking = answer.reasoning.join("");
      content.push({ type: "thinking", thinking, signature: signatureOf(thinking) });
    }
    if (answer.text.length > 0) content.push({ type: "text", text: answer.text.join("") });
    for (const [index, call] of answer.toolCalls.entries()) {
      const id = idOf("toolu_", answer.number, index);
      content.push({ type: "tool_use", id, name: call.name, input: inputOf(call.arguments) });
    }
    return message(answer, content, answer.finish && STOP_REASONS[answer.finish]);
  },
  *frames(answer) {
    yield frame("opening", "message_start", { message: message(answer, [], null, 1) });
    let index = 0;
    for (const { start, deltas } of blocks(answer)) {
      yield frame("other", "content_block_start", { index, content_block: start });
      if (index === 0) yield frame("other", "ping", {});
      for (const [kind, delta] of deltas) yield frame(kind, "content_block_delta", { index, delta });
      yield frame("other", "content_block_stop", { index });
      index += 1;
    }
    yield frame("finish", "message_delta", {
      delta: { stop_reason: answer.finish && STOP_REASONS[answer.finish], stop_sequence: null },
      ...(answer.usage && { usage: usageOf(answer.usage) }),
    });
    yield frame("finish", "message_stop", {});
  },
  failureBody,
  failureHeaders: (failure, number) => ({
    "request-id": idOf("req_", number),
    ...(failure.retryAfterSeconds !== undefined && { "retry-after": String(Math.ceil(failure.retryAfterSeconds)) }),
  }),
  failureFrame: (failure) => ({ kind: "other", event: "error", data: failureBody(failure) }),
};
