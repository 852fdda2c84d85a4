import type { ResponseBody } from "@mindmesh/contracts/v1";
import type { ModelPart, SignedReasoning, Usage } from "../ai/index.ts";
import type { CarriedReasoning } from "./carried-reasoning.ts";
import type { OpenAiError } from "./openai-error.ts";
import { type OutputItem, itemId, responseId } from "./stored-responses.ts";
import { aboutCall } from "./write-chat.ts";

/** An event as it is sent: its type, and what goes with it. */
export type ResponseEvent = { type: string } & Record<string, unknown>;

type Status = "in_progress" | "completed" | "incomplete" | "failed";

function responseUsage(usage: Usage) {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  if (inputTokens === null || outputTokens === null) return null;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedInputTokens ?? 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

interface OpenItem {
  kind: "text" | "reasoning" | "tool-call";
  index: number;
  item: OutputItem;
  text: string;
}

const textPart = (text: string) => ({ type: "output_text", annotations: [], logprobs: [], text });
const summaryPart = (text: string) => ({ type: "summary_text", text });

/** One answer in the Responses format: `write` turns parts into events, `output` is what is finished so far. */
export interface ResponseWriter {
  begin(): ResponseEvent[];
  write(part: ModelPart): ResponseEvent[];
  /** The events that say that it broke off. */
  fail(error: OpenAiError): ResponseEvent[];
  /** The response as it stands. */
  response(): object;
  /** What is finished, as later requests need it: with what was signed of it, whether the client asked for that or not. */
  kept(): OutputItem[];
}

/**
 * @param id of the response, without its prefix
 * @param model as it was asked for
 * @param seal makes text for the client to carry of what the provider signed
 */
export function writeResponse(
  id: string,
  model: string,
  body: ResponseBody,
  seal: (carried: CarriedReasoning) => string,
): ResponseWriter {
  const createdSeconds = Math.floor(Date.now() / 1000);
  const output: OutputItem[] = [];
  const signedCalls: CarriedReasoning["calls"] = {};
  let sealed: { id: string; encrypted_content: string } | null = null;
  const open = new Map<string, OpenItem>();
  let count = 0;
  let sequence = 0;
  let status: Status = "in_progress";
  let error: object | null = null;
  let incomplete: string | null = null;
  let finish: Extract<ModelPart, { type: "finish" }> | undefined;
  const event = (type: string, more: object): ResponseEvent => ({ type, sequence_number: sequence++, ...more });

  const response = () => ({
    id: responseId(id),
    object: "response",
    created_at: createdSeconds,
    status,
    background: false,
    error,
    incomplete_details: incomplete === null ? null : { reason: incomplete },
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: finish?.model ?? model,
    output,
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    store: body.store !== false,
    temperature: body.temperature ?? null,
    text: body.text ?? { format: { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    tools: body.tools ?? [],
    top_p: body.top_p ?? null,
    truncation: "disabled",
    usage: finish ? responseUsage(finish.usage) : null,
    metadata: {},
    ...(finish && { mindmesh: aboutCall(finish) }),
  });

  function openItem(
    key: string,
    kind: OpenItem["kind"],
    more: (itemId: string) => OutputItem,
  ): [OpenItem, ResponseEvent] {
    const index = count++;
    const prefix = { text: "msg", reasoning: "rs", "tool-call": "fc" }[kind];
    const item = more(itemId(prefix, id, index));
    const opened = { kind, index, item, text: "" };
    open.set(key, opened);
    return [opened, event("response.output_item.added", { output_index: index, item })];
  }

  function close(key: string): ResponseEvent[] {
    const opened = open.get(key);
    if (!opened) return [];
    open.delete(key);
    const { kind, index, text } = opened;
    const at = { item_id: opened.item.id, output_index: index };
    const whole = (more: object) => {
      const item = { ...opened.item, ...more } as OutputItem;
      output[index] = item;
      return event("response.output_item.done", { output_index: index, item });
    };
    if (kind === "text") {
      const place = { ...at, content_index: 0 };
      return [
        event("response.output_text.done", { ...place, text, logprobs: [] }),
        event("response.content_part.done", { ...place, part: textPart(text) }),
        whole({ status: "completed", content: [textPart(text)] }),
      ];
    }
    if (kind === "reasoning") {
      const place = { ...at, summary_index: 0 };
      return [
        event("response.reasoning_summary_text.done", { ...place, text }),
        event("response.reasoning_summary_part.done", { ...place, part: summaryPart(text) }),
        whole({ summary: [summaryPart(text)] }),
      ];
    }
    return [
      event("response.function_call_arguments.done", { ...at, arguments: text }),
      whole({ status: "completed", arguments: text }),
    ];
  }

  /** Text and reasoning are one stretch each, which ends where the other begins. */
  function stretch(kind: "text" | "reasoning", text: string): ResponseEvent[] {
    const events = close(kind === "text" ? "reasoning" : "text");
    let opened = open.get(kind);
    if (!opened) {
      const isText = kind === "text";
      const [made, added] = openItem(kind, kind, (newId) =>
        isText
          ? { id: newId, type: "message", status: "in_progress", role: "assistant", content: [] }
          : { id: newId, type: "reasoning", summary: [] },
      );
      opened = made;
      const at = { item_id: made.item.id, output_index: made.index };
      events.push(
        added,
        isText
          ? event("response.content_part.added", { ...at, content_index: 0, part: textPart("") })
          : event("response.reasoning_summary_part.added", { ...at, summary_index: 0, part: summaryPart("") }),
      );
    }
    opened.text += text;
    const at = { item_id: opened.item.id, output_index: opened.index };
    events.push(
      kind === "text"
        ? event("response.output_text.delta", { ...at, content_index: 0, delta: text, logprobs: [] })
        : event("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta: text }),
    );
    return events;
  }

  /**
   * The item by which the client carries what was signed. It is the last one, because providers sign at the end; it comes
   * where the client asks for it, or where it can be referred to later.
   */
  function carry(reasoning: SignedReasoning | null): ResponseEvent[] {
    const isAsked = body.include?.includes("reasoning.encrypted_content") === true;
    if (reasoning === null && Object.keys(signedCalls).length === 0) return [];
    if (!isAsked && body.store === false) return [];
    const encrypted_content = seal({ reasoning, calls: signedCalls });
    const [{ index, item }, added] = openItem("carried", "reasoning", (newId) => ({
      id: newId,
      type: "reasoning",
      summary: [],
    }));
    open.delete("carried");
    sealed = { id: item.id, encrypted_content };
    output[index] = isAsked ? { ...item, encrypted_content } : item;
    return [added, event("response.output_item.done", { output_index: index, item: output[index] })];
  }

  const closeTexts = () => [...close("reasoning"), ...close("text")];
  const argumentsDelta = (opened: OpenItem, delta: string) => {
    opened.text += delta;
    const at = { item_id: opened.item.id, output_index: opened.index };
    return event("response.function_call_arguments.delta", { ...at, delta });
  };

  function write(part: ModelPart): ResponseEvent[] {
    switch (part.type) {
      case "text":
      case "reasoning":
        return stretch(part.type, part.text);
      case "tool-call-begin": {
        const events = closeTexts();
        const [, added] = openItem(`call ${part.id}`, "tool-call", (newId) => ({
          id: newId,
          type: "function_call",
          status: "in_progress",
          call_id: part.id,
          name: part.name,
          arguments: "",
        }));
        return [...events, added];
      }
      case "tool-call-delta": {
        const opened = open.get(`call ${part.id}`);
        return opened ? [argumentsDelta(opened, part.text)] : [];
      }
      case "tool-call": {
        if (part.signed) signedCalls[part.id] = part.signed;
        const opened = open.get(`call ${part.id}`);
        if (!opened) return [];
        const rest = opened.text === "" && part.input !== "" ? [argumentsDelta(opened, part.input)] : [];
        return [...rest, ...close(`call ${part.id}`)];
      }
      case "switched":
        return [];
      case "finish": {
        finish = part;
        const events = [...[...open.keys()].flatMap(close), ...carry(part.signed ?? null)];
        incomplete =
          part.reason === "length" ? "max_output_tokens" : part.reason === "content-filter" ? "content_filter" : null;
        status = incomplete === null ? "completed" : "incomplete";
        return [...events, event(`response.${status}`, { response: response() })];
      }
    }
  }

  return {
    kept: () => output.map((item) => (item.id === sealed?.id ? { ...item, ...sealed } : item)),
    response,
    write,
    begin: () => ["response.created", "response.in_progress"].map((type) => event(type, { response: response() })),
    fail({ code, message }) {
      status = "failed";
      error = { code: code ?? "server_error", message };
      return [event("response.failed", { response: response() }), event("error", { code, message, param: null })];
    },
  };
}
