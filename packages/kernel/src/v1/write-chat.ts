import { type FinishReason, type ModelPart, type SignedCall, type Usage, thoughtSignatureOf } from "../ai/index.ts";

export type Finish = Extract<ModelPart, { type: "finish" }>;

const finishWords: Record<FinishReason, string> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
  other: "stop",
};

/** In OpenAI's form; null where the provider did not count. */
export function chatUsage(usage: Usage) {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  if (inputTokens === null || outputTokens === null) return null;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
  };
}

/** What only Mindmesh tells of a call: clients of OpenAI's interface pass over it. */
export function aboutCall({ callId, costUsd, route, retries, keySource, cache }: Finish) {
  const kept = cache && { way: cache.way, age_ms: Math.round(cache.ageMs), saved_usd: cache.savedUsd };
  return { call_id: callId, cost_usd: costUsd, route, retries, key: keySource, ...(kept && { cache: kept }) };
}

/** The head that every piece of one completion shares. */
export interface ChatHead {
  id: string;
  /** Seconds since 1970. */
  created: number;
  /** As it was asked for; the last piece says which one answered. */
  model: string;
}

/** What Gemini signed of a call, where Google's own endpoint of this format puts it. Others' signatures have no place. */
function extraOf(signed: SignedCall | undefined): { extra_content?: object } {
  const thought_signature = thoughtSignatureOf(signed);
  return thought_signature === null ? {} : { extra_content: { google: { thought_signature } } };
}

/** The tool call that a part belongs to, by the order in which they began. */
function indexOfCall(calls: Map<string, number>, id: string): number {
  const known = calls.get(id);
  if (known !== undefined) return known;
  calls.set(id, calls.size);
  return calls.size - 1;
}

/**
 * Turns parts of an answer into the `data:` texts of a streamed chat completion, `[DONE]` included. Keeps what it must
 * know between parts, so make one per answer.
 */
export function chatChunks(head: ChatHead, includeUsage: boolean, beginsAnswer = true): (part: ModelPart) => object[] {
  const calls = new Map<string, number>();
  const written = new Set<string>();
  let isFirst = beginsAnswer;
  let { model } = head;
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    model,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: isFirst ? { role: "assistant", ...delta } : delta, logprobs: null, finish_reason }],
    ...(includeUsage && { usage: null }),
  });
  const callChunk = (id: string, more: object) => chunk({ tool_calls: [{ index: indexOfCall(calls, id), ...more }] });
  const write = (part: ModelPart): object[] => {
    switch (part.type) {
      case "text":
        return [chunk({ content: part.text })];
      case "reasoning":
        return [chunk({ reasoning_content: part.text })];
      case "tool-call-begin":
        return [
          callChunk(part.id, {
            id: part.id,
            type: "function",
            function: { name: part.name, arguments: "" },
            ...extraOf(part.signed),
          }),
        ];
      case "tool-call-delta":
        written.add(part.id);
        return [callChunk(part.id, { function: { arguments: part.text } })];
      case "tool-call":
        // Some providers send a call as a whole only.
        return written.has(part.id) || part.input === ""
          ? []
          : [callChunk(part.id, { function: { arguments: part.input } })];
      case "switched":
        model = part.to;
        return [];
      case "finish": {
        ({ model } = part);
        const last = { ...chunk({}, finishWords[part.reason]), mindmesh: aboutCall(part) };
        return includeUsage
          ? [last, { ...head, model, object: "chat.completion.chunk", choices: [], usage: chatUsage(part.usage) }]
          : [last];
      }
    }
  };
  return (part) => {
    const chunks = write(part);
    if (chunks.length > 0) isFirst = false;
    return chunks;
  };
}

/** The whole answer as one chat completion. */
export async function wholeChat(
  head: ChatHead,
  parts: AsyncIterable<ModelPart>,
  onFinish: (finish: Finish) => void = () => undefined,
): Promise<object> {
  let content = "";
  let reasoning = "";
  const toolCalls: object[] = [];
  let finish: Finish | undefined;
  for await (const part of parts) {
    if (part.type === "text") content += part.text;
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call") {
      const { id, name, input, signed } = part;
      toolCalls.push({ id, type: "function", function: { name, arguments: input }, ...extraOf(signed) });
    } else if (part.type === "finish") finish = part;
  }
  // The gateway ends every answer with a finish, or throws.
  if (!finish) throw new Error("an answer without an end");
  onFinish(finish);
  return {
    ...head,
    model: finish.model,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: content === "" && toolCalls.length > 0 ? null : content,
          refusal: null,
          ...(reasoning !== "" && { reasoning_content: reasoning }),
          ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
        },
        logprobs: null,
        finish_reason: finishWords[finish.reason],
      },
    ],
    usage: chatUsage(finish.usage) ?? undefined,
    mindmesh: aboutCall(finish),
  };
}
