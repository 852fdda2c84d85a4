import type { ChatCompletionBody, ChatMessage } from "@mindmesh/contracts/v1";
import {
  type ModelContent,
  type ModelMessage,
  type ModelRequest,
  type ReasoningEffort,
  signedByGemini,
} from "../ai/index.ts";
import type { Fetch } from "../outbound/index.ts";
import { readFilePart, readImage } from "./media.ts";
import { unsupported } from "./openai-error.ts";

/** The part of a model's request that a body says. */
export type AskedOfModel = Omit<ModelRequest, "workspaceId" | "userId" | "product" | "model">;

type Texts = string | { text: string }[];

function plain(content: Texts): string {
  return typeof content === "string" ? content : content.map((part) => part.text).join("");
}

/** The efforts that the gateway knows; it has none for "none". */
export function readEffort(effort: string | null | undefined): ReasoningEffort | undefined {
  if (effort === null || effort === undefined || effort === "none") return undefined;
  if (effort === "minimal" || effort === "low") return "low";
  return effort === "medium" ? "medium" : "high";
}

async function userContents(
  content: Extract<ChatMessage, { role: "user" }>["content"],
  path: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<string | ModelContent[]> {
  if (typeof content === "string") return content;
  const contents: ModelContent[] = [];
  for (const [index, part] of content.entries()) {
    const param = `${path}.content[${index}]`;
    if (part.type === "text") contents.push({ type: "text", text: part.text });
    else if (part.type === "image_url")
      contents.push(await readImage(part.image_url.url, `${param}.image_url.url`, fetch, signal));
    else if (part.type === "file")
      contents.push(readFilePart(part.file.file_data, part.file.filename, `${param}.file.file_data`));
    else throw unsupported(param, "audio is not taken");
  }
  return contents;
}

function assistantContents(
  { content, tool_calls }: Extract<ChatMessage, { role: "assistant" }>,
  model: string | undefined,
): ModelContent[] {
  const text =
    typeof content === "string"
      ? content
      : (content ?? []).map((part) => (part.type === "text" ? part.text : part.refusal)).join("");
  return [
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...(tool_calls ?? []).map(({ id, function: { name, arguments: input }, extra_content: extra }) => {
      const signature = extra?.google?.thought_signature;
      const isBack = typeof signature === "string" && model?.startsWith("google/") === true;
      const signed = isBack ? signedByGemini(model, signature) : undefined;
      return { type: "tool-call" as const, id, name, input, ...(signed && { signed }) };
    }),
  ];
}

function readOutput(format: ChatCompletionBody["response_format"]): AskedOfModel["output"] {
  if (format?.type === "json_object") return { type: "json" };
  if (format?.type !== "json_schema") return undefined;
  const { name, schema } = format.json_schema;
  return { type: "json", name, ...(schema && { schema }) };
}

function readToolChoice(choice: ChatCompletionBody["tool_choice"]): AskedOfModel["toolChoice"] {
  return typeof choice === "object" && choice !== null ? { name: choice.function.name } : (choice ?? undefined);
}

/**
 * A chat completion's body as the gateway's own request.
 * @param model that it goes to, where it is named: signatures of calls are for no other one
 * @throws Refused for what only some providers could do
 */
export async function readChatBody(
  body: ChatCompletionBody,
  model: string | undefined,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<AskedOfModel> {
  const system: string[] = [];
  const messages: ModelMessage[] = [];
  const toolNames = new Map<string, string>();
  for (const [index, message] of body.messages.entries()) {
    if (message.role === "system" || message.role === "developer") system.push(plain(message.content));
    else if (message.role === "user") {
      messages.push({
        role: "user",
        content: await userContents(message.content, `messages[${index}]`, fetch, signal),
      });
    } else if (message.role === "assistant") {
      for (const call of message.tool_calls ?? []) toolNames.set(call.id, call.function.name);
      messages.push({ role: "assistant", content: assistantContents(message, model) });
    } else if (message.role === "tool") {
      const { tool_call_id: id, content } = message;
      const name = toolNames.get(id);
      if (name === undefined)
        throw unsupported(`messages[${index}].tool_call_id`, `no message before it has a tool call "${id}"`);
      messages.push({ role: "tool", content: [{ type: "tool-result", id, name, output: plain(content) }] });
    }
  }
  return {
    messages,
    ...(system.length > 0 && { system: system.join("\n\n") }),
    tools: body.tools?.map(({ function: { name, description, parameters } }) => ({
      name,
      description: description ?? "",
      inputSchema: parameters ?? { type: "object", properties: {} },
    })),
    toolChoice: readToolChoice(body.tool_choice),
    output: readOutput(body.response_format),
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    seed: body.seed ?? undefined,
    presencePenalty: body.presence_penalty ?? undefined,
    frequencyPenalty: body.frequency_penalty ?? undefined,
    stopSequences: typeof body.stop === "string" ? [body.stop] : (body.stop ?? undefined),
    reasoningEffort: readEffort(body.reasoning_effort),
    signal,
  };
}
