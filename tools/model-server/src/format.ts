import type { Answer } from "./answer.ts";
import type { Prompt } from "./prompt.ts";

/** Why a request fails, before each provider's own words for it. */
export type Failure = {
  status: number;
  message?: string | undefined;
  retryAfterSeconds?: number | undefined;
  /** A limit that waiting does not lift: the account's money or its plan. */
  quota?: boolean;
  /** Google only, which refuses a wrong key with the status of any other bad request. */
  badKey?: boolean;
};

/**
 * One server-sent event. `opening` comes before any content, `text`, `thought` and `call` are one delta of the answer, of its
 * reasoning or of a tool call, `finish` tells how the answer ended; delays and faults go by these kinds.
 */
export type Frame = {
  kind: "opening" | "text" | "thought" | "call" | "other" | "finish";
  event?: string;
  data: object | "[DONE]";
};

/** A provider's wire format: how to read its request, and how to say an answer or a failure in it. */
export type Format = {
  name: "openai-chat" | "groq" | "mistral" | "openai-responses" | "anthropic" | "gemini";
  /** Gemini's servers end lines with CR LF; everybody else's with LF. */
  lineEnd: "\n" | "\r\n";
  /** What becomes of an assistant message at the end: gone on with, said again first, or taken for a finished answer. */
  prefill: "continued" | "repeated" | "ignored";
  /** Reads a JSON body; `path` is what the URL says instead. Throws RefusedRequest as the provider would. */
  read(body: unknown, path: { model?: string; stream?: boolean }): Prompt;
  whole(answer: Answer, prompt: Prompt): object;
  frames(answer: Answer, prompt: Prompt): Iterable<Frame>;
  failureBody(failure: Failure): object;
  failureHeaders(failure: Failure, requestNumber: number): Record<string, string>;
  /** The event that tells of a failure in a stream which began well; `position` is how many events came before it. */
  failureFrame(failure: Failure, position: number): Frame;
};

/** An id of the provider's shape that is the same on every run: `idOf("chatcmpl-", 7)`. */
export function idOf(prefix: string, number: number, index = 0): string {
  return `${prefix}${String(number).padStart(6, "0")}${String(index).padStart(3, "0")}`;
}
