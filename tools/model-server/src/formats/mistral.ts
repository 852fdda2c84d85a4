import { z } from "zod";
import { type Failure, type Format, type Frame, idOf } from "../format.ts";
import { RefusedRequest } from "../prompt.ts";
import { chatFinishWord, chatToolCalls, chatUsage, openaiChat, readChatRequest } from "./openai-chat.ts";

const lastMessageSchema = z.object({
  messages: z.array(z.object({ role: z.string(), prefix: z.boolean().nullish() })),
});

function failureBody(failure: Failure): object {
  // Mistral's gate answers a wrong key before its API does, in other words.
  if (failure.status === 401) return { detail: failure.message ?? "Unauthorized" };
  const rateLimited = failure.status === 429;
  const message = failure.quota ? "Monthly quota exceeded" : rateLimited ? "Rate limit exceeded" : "Request failed";
  return {
    object: "error",
    message: failure.message ?? message,
    type: rateLimited ? "rate_limited" : failure.status >= 500 ? "internal_server_error" : "invalid_request_error",
    param: null,
    code: rateLimited ? "1300" : failure.status >= 500 ? "1000" : "3000",
  };
}

const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

/**
 * Mistral's dialect of chat completions: thinking as a content part, usage always in a stream's last chunk, errors flat.
 * https://docs.mistral.ai/api/
 */
export const mistral: Format = {
  ...openaiChat,
  name: "mistral",
  prefill: "repeated",
  read(body) {
    const prompt = readChatRequest(body);
    const last = lastMessageSchema.parse(body).messages.at(-1);
    if (last?.role === "assistant" && !last.prefix) {
      throw new RefusedRequest(
        400,
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
      );
    }
    return prompt;
  },
  whole(answer) {
    const text = answer.text.join("");
    const toolCalls = chatToolCalls(answer).map((call, index) => ({ ...call, index }));
    return {
      id: idOf("cmpl-", answer.number),
      object: "chat.completion",
      created: answer.createdSeconds,
      model: answer.model,
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: answer.reasoning.length > 0 ? [thinking(answer.reasoning.join("")), { type: "text", text }] : text,
            tool_calls: toolCalls.length > 0 ? toolCalls : null,
          },
          finish_reason: chatFinishWord(answer.finish),
        },
      ],
      ...(answer.usage && { usage: chatUsage(answer.usage) }),
    };
  },
  *frames(answer) {
    const chunk = (
      kind: Frame["kind"],
      delta: object,
      finish_reason: string | null = null,
      more: object = {},
    ): Frame => ({
      kind,
      data: {
        id: idOf("cmpl-", answer.number),
        object: "chat.completion.chunk",
        created: answer.createdSeconds,
        model: answer.model,
        choices: [{ index: 0, delta, finish_reason }],
        ...more,
      },
    });
    yield chunk("opening", { role: "assistant", content: "" });
    for (const piece of answer.reasoning) yield chunk("thought", { content: [thinking(piece)] });
    for (const piece of answer.text) yield chunk("text", { content: piece });
    const toolCalls = chatToolCalls(answer);
    // Mistral sends each call whole, not in pieces.
    for (const [index, call] of toolCalls.entries()) yield chunk("call", { tool_calls: [{ ...call, index }] });
    const usage = answer.usage && { usage: chatUsage(answer.usage) };
    yield chunk("finish", { content: "" }, chatFinishWord(answer.finish), usage ?? {});
    yield { kind: "finish", data: "[DONE]" };
  },
  failureBody,
  failureFrame: (failure) => ({ kind: "other", data: failureBody(failure) }),
};
