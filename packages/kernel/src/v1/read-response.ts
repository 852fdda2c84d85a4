import type { InputContent, ResponseBody, ResponseItem } from "@mindmesh/contracts/v1";
import type { ModelContent, ModelMessage, SignedCall } from "../ai/index.ts";
import type { Fetch } from "../outbound/index.ts";
import type { CarriedReasoning } from "./carried-reasoning.ts";
import { readFilePart, readImage } from "./media.ts";
import { unsupported } from "./openai-error.ts";
import { type AskedOfModel, readEffort } from "./read-chat.ts";

function plain(content: InputContent): string {
  if (typeof content === "string") return content;
  return content.map((part) => ("text" in part ? part.text : part.type === "refusal" ? part.refusal : "")).join("");
}

async function contentsOf(
  content: InputContent,
  path: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<string | ModelContent[]> {
  if (typeof content === "string") return content;
  const contents: ModelContent[] = [];
  for (const [index, part] of content.entries()) {
    const param = `${path}.content[${index}]`;
    if (part.type === "input_image")
      contents.push(await readImage(part.image_url, `${param}.image_url`, fetch, signal));
    else if (part.type === "input_file")
      contents.push(readFilePart(part.file_data, part.filename, `${param}.file_data`));
    else contents.push({ type: "text", text: part.type === "refusal" ? part.refusal : part.text });
  }
  return contents;
}

/** Adds to the last message where it is the assistant's own: its text and its calls are items of their own here. */
function addToAssistant(messages: ModelMessage[], part: ModelContent): void {
  const last = messages.at(-1);
  if (last?.role === "assistant" && Array.isArray(last.content)) last.content.push(part);
  else messages.push({ role: "assistant", content: [part] });
}

/** What was signed of an answer belongs before all that the answer said and called. */
function addReasoning(messages: ModelMessage[], { reasoning }: CarriedReasoning): void {
  if (reasoning === null) return;
  const part = { type: "reasoning" as const, ...reasoning };
  const last = messages.at(-1);
  if (last?.role === "assistant" && Array.isArray(last.content)) last.content.unshift(part);
  else messages.push({ role: "assistant", content: [part] });
}

/** Calls with what their model signed of them. */
function signCalls(messages: ModelMessage[], signatures: Map<string, SignedCall>): void {
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const part of content) {
      const signed = part.type === "tool-call" ? signatures.get(part.id) : undefined;
      if (signed && part.type === "tool-call") part.signed = signed;
    }
  }
}

function readOutput(format: NonNullable<ResponseBody["text"]>["format"]): AskedOfModel["output"] {
  if (format?.type === "json_object") return { type: "json" };
  return format?.type === "json_schema" ? { type: "json", name: format.name, schema: format.schema } : undefined;
}

/** Text as a list of items. */
export function itemsOf(input: ResponseBody["input"]): ResponseItem[] {
  return typeof input === "string" ? [{ role: "user", content: input }] : input;
}

/**
 * A response's body as the gateway's own request.
 * @param items its input together with what it goes on from, references resolved
 * @param open opens what was sealed of an answer's reasoning
 * @throws Refused for what only some providers could do
 */
export async function readResponseBody(
  body: ResponseBody,
  items: ResponseItem[],
  open: (sealed: string, param: string) => CarriedReasoning,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<AskedOfModel> {
  const system = body.instructions ? [body.instructions] : [];
  const messages: ModelMessage[] = [];
  const toolNames = new Map<string, string>();
  const signatures = new Map<string, SignedCall>();
  for (const [index, item] of items.entries()) {
    if (item.type === "function_call") {
      toolNames.set(item.call_id, item.name);
      addToAssistant(messages, { type: "tool-call", id: item.call_id, name: item.name, input: item.arguments });
    } else if (item.type === "function_call_output") {
      const { call_id: id, output } = item;
      const name = toolNames.get(id);
      if (name === undefined) throw unsupported(`input[${index}].call_id`, `no item before it is a call "${id}"`);
      messages.push({ role: "tool", content: [{ type: "tool-result", id, name, output: plain(output) }] });
    } else if ("role" in item) {
      const { role, content } = item as Extract<ResponseItem, { role: string }>;
      if (role === "system" || role === "developer") system.push(plain(content));
      else if (role === "assistant") addToAssistant(messages, { type: "text", text: plain(content) });
      else messages.push({ role, content: await contentsOf(content, `input[${index}]`, fetch, signal) });
    }
    // The summary alone is nothing that a model could go on from.
    else if (item.type === "reasoning" && typeof item.encrypted_content === "string") {
      const carried = open(item.encrypted_content, `input[${index}].encrypted_content`);
      addReasoning(messages, carried);
      for (const [id, signed] of Object.entries(carried.calls)) signatures.set(id, signed);
    }
  }
  signCalls(messages, signatures);
  const choice = body.tool_choice;
  return {
    messages,
    ...(system.length > 0 && { system: system.join("\n\n") }),
    tools: body.tools?.map(({ name, description, parameters }) => ({
      name,
      description: description ?? "",
      inputSchema: parameters ?? { type: "object", properties: {} },
    })),
    toolChoice: typeof choice === "object" && choice !== null ? { name: choice.name } : (choice ?? undefined),
    output: readOutput(body.text?.format),
    maxOutputTokens: body.max_output_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    reasoningEffort: readEffort(body.reasoning?.effort),
    signal,
  };
}
