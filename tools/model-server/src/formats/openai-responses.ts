import { z } from "zod";
import type { Answer } from "../answer.ts";
import { type Failure, type Format, type Frame, idOf } from "../format.ts";
import { type Prompt, type PromptMessage, RefusedRequest } from "../prompt.ts";
import { signatureOf } from "../signature.ts";
import { openaiFailureBody, openaiFailureHeaders } from "./openai-failure.ts";

const partSchema = z.union([
  z.object({ type: z.enum(["input_text", "output_text"]), text: z.string() }),
  z.object({ type: z.literal("input_image") }),
  z.object({ type: z.literal("input_file"), filename: z.string().optional() }),
]);
const contentSchema = z.union([z.string(), z.array(partSchema)]);
type Content = z.infer<typeof contentSchema>;

const itemSchema = z.union([
  z.object({ role: z.enum(["system", "developer", "user", "assistant"]), content: contentSchema }),
  z.object({ type: z.literal("function_call_output"), output: contentSchema }),
  z.object({ type: z.literal("reasoning"), id: z.string().optional(), encrypted_content: z.string().nullish() }),
  z.object({ type: z.enum(["function_call", "item_reference"]) }),
]);

const requestSchema = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(itemSchema)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(z.looseObject({ name: z.string().optional(), type: z.string() })).nullish(),
  // The real service refuses fewer than 16.
  max_output_tokens: z.number().int().min(16).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ name: z.string().optional() })]).nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: z.unknown().optional() }).optional() })
    .nullish(),
  reasoning: z.looseObject({ summary: z.string().nullish() }).nullish(),
  store: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
});

function textOf(content: Content): string {
  if (typeof content === "string") return content;
  return content.flatMap((part) => ("text" in part ? [part.text] : [])).join("\n");
}

function readMessage(role: PromptMessage["role"], content: Content): PromptMessage {
  const parts = typeof content === "string" ? [] : content;
  return {
    role,
    text: textOf(content),
    images: parts.filter((part) => part.type === "input_image").length,
    attachments: parts.flatMap((part) => (part.type === "input_file" ? [part.filename ?? "file"] : [])),
  };
}

/** Reasoning in the form in which only OpenAI can read it; here only its own id fits it. */
const encrypted = (id: string) => `gAAAA${signatureOf("reasoning", id)}`;

/**
 * What is not stored must come back in its encrypted form, as it was given out.
 * https://developers.openai.com/api/docs/guides/reasoning#encrypted-reasoning-items
 */
function refuseReasoning(
  item: { id?: string | undefined; encrypted_content?: string | null | undefined },
  store: boolean,
) {
  const { id = "", encrypted_content: given } = item;
  if (!store && typeof given !== "string") {
    const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`;
    throw new RefusedRequest(404, message);
  }
  if (typeof given === "string" && given !== encrypted(id)) {
    throw new RefusedRequest(400, `The encrypted content for item ${id} could not be verified.`);
  }
}

function read(body: unknown): Prompt {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RefusedRequest(400, `Invalid '${issue?.path.join(".") ?? "body"}': ${issue?.message ?? ""}`);
  }
  const request = parsed.data;
  const format = request.text?.format;
  const items = typeof request.input === "string" ? [{ role: "user" as const, content: request.input }] : request.input;
  const system = request.instructions ? [request.instructions] : [];
  const messages: PromptMessage[] = [];
  for (const item of items) {
    if ("role" in item) {
      if (item.role === "system" || item.role === "developer") system.push(textOf(item.content));
      else messages.push(readMessage(item.role, item.content));
    } else if (item.type === "reasoning") refuseReasoning(item, request.store ?? true);
    else if (item.type === "function_call_output") messages.push(readMessage("tool", item.output));
  }
  return {
    model: request.model,
    stream: request.stream ?? false,
    system: system.length === 0 ? null : system.join("\n"),
    messages,
    tools: (request.tools ?? []).flatMap((tool) => tool.name ?? []),
    toolSchemas: Object.fromEntries((request.tools ?? []).map((tool) => [tool.name, tool.parameters])),
    mustCall:
      typeof request.tool_choice === "object" && request.tool_choice !== null
        ? (request.tool_choice.name ?? false)
        : request.tool_choice === "required",
    json: format?.type === "json_schema" ? format.schema : format?.type === "json_object" ? true : null,
    wantsReasoning: Boolean(request.reasoning?.summary),
    encryptsReasoning: request.include?.includes("reasoning.encrypted_content") ?? false,
    maxTokens: request.max_output_tokens ?? null,
    includeUsage: true,
  };
}

type Status = "in_progress" | "completed" | "incomplete" | "failed";

/** The `response` object; `output` is what is finished of it. */
function response(answer: Answer, status: Status, output: object[], error: object | null = null) {
  const { usage } = answer;
  const done = status !== "in_progress";
  const reason = answer.finish === "length" ? "max_output_tokens" : "content_filter";
  return {
    id: idOf("resp_", answer.number),
    object: "response",
    created_at: answer.createdSeconds,
    status,
    background: false,
    error,
    incomplete_details: status === "incomplete" ? { reason } : null,
    instructions: null,
    model: answer.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage:
      done && usage
        ? {
            input_tokens: usage.input,
            input_tokens_details: { cached_tokens: usage.cached },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input + usage.output,
          }
        : null,
    metadata: {},
  };
}

function endStatus(answer: Answer): Status {
  if (answer.finish === null) return "in_progress";
  return answer.finish === "length" || answer.finish === "content-filter" ? "incomplete" : "completed";
}

const summaryPart = (text: string) => ({ type: "summary_text", text });
const textPart = (text: string) => ({ type: "output_text", annotations: [], logprobs: [], text });

/** Who only wants it in encrypted form gets no summary. */
const showsReasoning = ({ wantsReasoning, encryptsReasoning }: Prompt) => wantsReasoning || !encryptsReasoning;

/** `text` null: it has only begun. */
function reasoningItem(answer: Answer, text: string | null, prompt: Prompt) {
  const { encryptsReasoning } = prompt;
  const id = idOf("rs_", answer.number);
  const summary = text === null || !showsReasoning(prompt) ? [] : [summaryPart(text)];
  return { id, type: "reasoning", summary, ...(encryptsReasoning && { encrypted_content: encrypted(id) }) };
}

function messageItem(answer: Answer, text: string | null) {
  return {
    id: idOf("msg_", answer.number),
    type: "message",
    status: text === null ? "in_progress" : "completed",
    role: "assistant",
    content: text === null ? [] : [textPart(text)],
  };
}

function callItem(answer: Answer, index: number, words: string | null) {
  return {
    id: idOf("fc_", answer.number, index),
    type: "function_call",
    status: words === null ? "in_progress" : "completed",
    arguments: words ?? "",
    call_id: idOf("call_", answer.number, index),
    name: answer.toolCalls[index]?.name ?? "",
  };
}

function outputItems(answer: Answer, prompt: Prompt): object[] {
  const items: object[] = [];
  if (answer.reasoning.length > 0) items.push(reasoningItem(answer, answer.reasoning.join(""), prompt));
  if (answer.text.length > 0) items.push(messageItem(answer, answer.text.join("")));
  for (const [index, call] of answer.toolCalls.entries()) items.push(callItem(answer, index, call.arguments));
  return items;
}

type Event = (kind: Frame["kind"], type: string, more: object) => Frame;

function* reasoningEvents(answer: Answer, prompt: Prompt, output_index: number, event: Event): Iterable<Frame> {
  const text = answer.reasoning.join("");
  const at = { item_id: idOf("rs_", answer.number), output_index, summary_index: 0 };
  yield event("other", "response.output_item.added", { output_index, item: reasoningItem(answer, null, prompt) });
  if (showsReasoning(prompt)) {
    yield event("other", "response.reasoning_summary_part.added", { ...at, part: summaryPart("") });
    for (const delta of answer.reasoning)
      yield event("thought", "response.reasoning_summary_text.delta", { ...at, delta });
    yield event("other", "response.reasoning_summary_text.done", { ...at, text });
    yield event("other", "response.reasoning_summary_part.done", { ...at, part: summaryPart(text) });
  }
  yield event("other", "response.output_item.done", { output_index, item: reasoningItem(answer, text, prompt) });
}

function* messageEvents(answer: Answer, output_index: number, event: Event): Iterable<Frame> {
  const text = answer.text.join("");
  const at = { item_id: idOf("msg_", answer.number), output_index, content_index: 0 };
  yield event("other", "response.output_item.added", { output_index, item: messageItem(answer, null) });
  yield event("other", "response.content_part.added", { ...at, part: textPart("") });
  for (const delta of answer.text) yield event("text", "response.output_text.delta", { ...at, delta, logprobs: [] });
  yield event("other", "response.output_text.done", { ...at, text, logprobs: [] });
  yield event("other", "response.content_part.done", { ...at, part: textPart(text) });
  yield event("other", "response.output_item.done", { output_index, item: messageItem(answer, text) });
}

function* callEvents(answer: Answer, index: number, output_index: number, event: Event): Iterable<Frame> {
  const words = answer.toolCalls[index]?.arguments ?? "";
  const half = Math.ceil(words.length / 2);
  const at = { item_id: idOf("fc_", answer.number, index), output_index };
  yield event("other", "response.output_item.added", { output_index, item: callItem(answer, index, null) });
  yield event("other", "response.function_call_arguments.delta", { ...at, delta: words.slice(0, half) });
  yield event("other", "response.function_call_arguments.delta", { ...at, delta: words.slice(half) });
  yield event("other", "response.function_call_arguments.done", { ...at, arguments: words });
  yield event("other", "response.output_item.done", { output_index, item: callItem(answer, index, words) });
}

function failureFrame(failure: Failure, position: number): Frame {
  const { code, message } = openaiFailureBody(failure).error;
  const data = { type: "error", code: code ?? "server_error", message, param: null, sequence_number: position };
  return { kind: "other", event: "error", data };
}

/** OpenAI's Responses. https://platform.openai.com/docs/api-reference/responses-streaming */
export const openaiResponses: Format = {
  name: "openai-responses",
  lineEnd: "\n",
  prefill: "ignored",
  read,
  whole: (answer, prompt) => response(answer, endStatus(answer), outputItems(answer, prompt)),
  *frames(answer, prompt) {
    let sequence_number = 0;
    const event: Event = (kind, type, more) => ({
      kind,
      event: type,
      data: { type, sequence_number: sequence_number++, ...more },
    });
    yield event("opening", "response.created", { response: response(answer, "in_progress", []) });
    yield event("opening", "response.in_progress", { response: response(answer, "in_progress", []) });
    let index = 0;
    if (answer.reasoning.length > 0) yield* reasoningEvents(answer, prompt, index++, event);
    if (answer.text.length > 0) yield* messageEvents(answer, index++, event);
    for (const call of answer.toolCalls.keys()) yield* callEvents(answer, call, index++, event);
    const status = endStatus(answer);
    const type = status === "incomplete" ? "response.incomplete" : "response.completed";
    yield event("finish", type, { response: response(answer, status, outputItems(answer, prompt)) });
  },
  failureBody: openaiFailureBody,
  failureHeaders: openaiFailureHeaders,
  failureFrame,
};
