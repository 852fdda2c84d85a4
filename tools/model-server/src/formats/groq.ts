import { type Format, type Frame, idOf } from "../format.ts";
import { chatFinishWord, chatToolCallDeltas, chatToolCalls, chatUsage, openaiChat } from "./openai-chat.ts";

/**
 * Groq's dialect of chat completions: reasoning in `reasoning`, a stream's usage in `x_groq` of the last chunk.
 * https://console.groq.com/docs/api-reference
 */
export const groq: Format = {
  ...openaiChat,
  name: "groq",
  prefill: "continued",
  whole(answer) {
    const toolCalls = chatToolCalls(answer);
    return {
      id: idOf("chatcmpl-", answer.number),
      object: "chat.completion",
      created: answer.createdSeconds,
      model: answer.model,
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            ...(answer.text.length > 0 && { content: answer.text.join("") }),
            ...(answer.reasoning.length > 0 && { reasoning: answer.reasoning.join("") }),
            ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
          },
          logprobs: null,
          finish_reason: chatFinishWord(answer.finish),
        },
      ],
      ...(answer.usage && { usage: { queue_time: 0.01, ...chatUsage(answer.usage), total_time: 0.02 } }),
      x_groq: { id: idOf("req_", answer.number) },
    };
  },
  *frames(answer, prompt) {
    const chunk = (
      kind: Frame["kind"],
      delta: object,
      finish_reason: string | null = null,
      more: object = {},
    ): Frame => ({
      kind,
      data: {
        id: idOf("chatcmpl-", answer.number),
        object: "chat.completion.chunk",
        created: answer.createdSeconds,
        model: answer.model,
        choices: [{ index: 0, delta, logprobs: null, finish_reason }],
        ...more,
      },
    });
    const id = idOf("req_", answer.number);
    yield chunk("opening", { role: "assistant", content: "" }, null, { x_groq: { id } });
    for (const piece of answer.reasoning) yield chunk("thought", { reasoning: piece });
    for (const piece of answer.text) yield chunk("text", { content: piece });
    for (const delta of chatToolCallDeltas(answer)) yield chunk("call", delta);
    const usage = answer.usage && chatUsage(answer.usage);
    yield chunk("finish", {}, chatFinishWord(answer.finish), { x_groq: { id, ...(usage && { usage }) } });
    if (prompt.includeUsage && usage) yield { ...chunk("finish", {}, null, { choices: [], usage }) };
    yield { kind: "finish", data: "[DONE]" };
  },
};
