import { z } from "zod";
import type { Answer, Finish } from "../answer.ts";
import { type Format, type Frame, idOf } from "../format.ts";
import { type Prompt, type PromptMessage, RefusedRequest } from "../prompt.ts";
import { openaiFailureBody, openaiFailureHeaders } from "./openai-failure.ts";

const partSchema = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.unknown() }),
  z.object({ type: z.literal("file"), file: z.object({ filename: z.string().optional() }) }),
  z.object({ type: z.literal("document_url"), document_url: z.string() }),
  z.object({ type: z.literal("input_audio"), input_audio: z.object({ format: z.string() }) }),
  z.object({ type: z.literal("thinking"), thinking: z.unknown() }),
]);

const requestSchema = z.object({
  model: z.string().min(1),
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "developer", "user", "assistant", "tool"]),
        content: z.union([z.string(), z.array(partSchema)]).nullish(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  tools: z
    .array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown().optional() }).optional() }))
    .nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ function: z.object({ name: z.string() }) })]).nullish(),
  response_format: z
    .looseObject({ type: z.string(), json_schema: z.object({ schema: z.unknown().optional() }).optional() })
    .nullish(),
  max_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  reasoning_effort: z.string().nullish(),
  reasoning_format: z.string().nullish(),
});

type Content = z.infer<typeof requestSchema>["messages"][number]["content"];

function textOf(content: Content): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

function readMessage(role: PromptMessage["role"], content: Content): PromptMessage {
  const parts = Array.isArray(content) ? content : [];
  return {
    role,
    text: textOf(content),
    images: parts.filter((part) => part.type === "image_url").length,
    attachments: parts.flatMap((part) => {
      if (part.type === "file") return [part.file.filename ?? "file"];
      if (part.type === "document_url") return ["document"];
      return part.type === "input_audio" ? [`audio.${part.input_audio.format}`] : [];
    }),
  };
}

/** As the real service does, refuses to promise JSON to a prompt that does not speak of it. */
function readJsonFormat({ response_format: format, messages }: z.infer<typeof requestSchema>): unknown {
  if (format?.type === "json_schema") return format.json_schema?.schema ?? true;
  if (format?.type !== "json_object") return null;
  if (messages.some((message) => /json/i.test(textOf(message.content)))) return true;
  throw new RefusedRequest(
    400,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  );
}

/** Reads the body of a chat completion. Throws RefusedRequest(400) naming the first wrong field. */
export function readChatRequest(body: unknown): Prompt {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RefusedRequest(400, `Invalid value for '${issue?.path.join(".") ?? "body"}': ${issue?.message ?? ""}`);
  }
  const request = parsed.data;
  const functions = (request.tools ?? []).flatMap((tool) => tool.function ?? []);
  const system = request.messages.filter((message) => message.role === "system" || message.role === "developer");
  return {
    model: request.model,
    stream: request.stream ?? false,
    system: system.length === 0 ? null : system.map((message) => textOf(message.content)).join("\n"),
    messages: request.messages.flatMap((message) =>
      message.role === "system" || message.role === "developer" ? [] : [readMessage(message.role, message.content)],
    ),
    tools: functions.map(({ name }) => name),
    toolSchemas: Object.fromEntries(functions.map(({ name, parameters }) => [name, parameters])),
    mustCall:
      typeof request.tool_choice === "object" && request.tool_choice !== null
        ? request.tool_choice.function.name
        : // Mistral says "any".
          request.tool_choice === "required" || request.tool_choice === "any",
    json: readJsonFormat(request),
    wantsReasoning:
      (request.reasoning_effort ?? "none") !== "none" || (request.reasoning_format ?? "hidden") !== "hidden",
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    includeUsage: request.stream_options?.include_usage ?? false,
  };
}

const FINISH_WORDS: Record<Finish, string> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
};

export function chatFinishWord(finish: Finish | null): string | null {
  return finish && FINISH_WORDS[finish];
}

export function chatUsage(usage: NonNullable<Answer["usage"]>) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

export function chatToolCalls(answer: Answer) {
  return answer.toolCalls.map((call, index) => ({
    id: idOf("call_", answer.number, index),
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
}

/** Deltas of one tool call: its name first, then its arguments in two pieces, as real servers cut them. */
export function* chatToolCallDeltas(answer: Answer): Iterable<object> {
  for (const [index, call] of chatToolCalls(answer).entries()) {
    const { name, arguments: words } = call.function;
    const half = Math.ceil(words.length / 2);
    yield { tool_calls: [{ index, id: call.id, type: "function", function: { name, arguments: "" } }] };
    yield { tool_calls: [{ index, function: { arguments: words.slice(0, half) } }] };
    yield { tool_calls: [{ index, function: { arguments: words.slice(half) } }] };
  }
}

function head(answer: Answer, object: string) {
  return { id: idOf("chatcmpl-", answer.number), object, created: answer.createdSeconds, model: answer.model };
}

/**
 * OpenAI's chat completions, as api.openai.com and the many compatible servers speak it. Reasoning goes in
 * `reasoning_content`, where llama.cpp, DeepSeek and vLLM put it; OpenAI itself never shows any here.
 * https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Format = {
  name: "openai-chat",
  lineEnd: "\n",
  prefill: "ignored",
  read: (body) => readChatRequest(body),
  whole(answer) {
    const toolCalls = chatToolCalls(answer);
    const text = answer.text.join("");
    return {
      ...head(answer, "chat.completion"),
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: text === "" && toolCalls.length > 0 ? null : text,
            refusal: null,
            annotations: [],
            ...(answer.reasoning.length > 0 && { reasoning_content: answer.reasoning.join("") }),
            ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
          },
          logprobs: null,
          finish_reason: chatFinishWord(answer.finish),
        },
      ],
      ...(answer.usage && { usage: chatUsage(answer.usage) }),
      service_tier: "default",
      system_fingerprint: "fp_model_server",
    };
  },
  *frames(answer, prompt) {
    const chunk = (kind: Frame["kind"], delta: object, finish_reason: string | null = null): Frame => ({
      kind,
      data: {
        ...head(answer, "chat.completion.chunk"),
        service_tier: "default",
        system_fingerprint: "fp_model_server",
        choices: [{ index: 0, delta, logprobs: null, finish_reason }],
        ...(prompt.includeUsage && { usage: null }),
      },
    });
    yield chunk("opening", { role: "assistant", content: "", refusal: null });
    for (const piece of answer.reasoning) yield chunk("thought", { reasoning_content: piece });
    for (const piece of answer.text) yield chunk("text", { content: piece });
    for (const delta of chatToolCallDeltas(answer)) yield chunk("call", delta);
    yield chunk("finish", {}, chatFinishWord(answer.finish));
    if (prompt.includeUsage && answer.usage) {
      const data = { ...head(answer, "chat.completion.chunk"), choices: [], usage: chatUsage(answer.usage) };
      yield { kind: "finish", data };
    }
    yield { kind: "finish", data: "[DONE]" };
  },
  failureBody: openaiFailureBody,
  failureHeaders: openaiFailureHeaders,
  failureFrame: (failure) => ({ kind: "other", data: openaiFailureBody(failure) }),
};
