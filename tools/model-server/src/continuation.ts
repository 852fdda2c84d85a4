import { type Answer, wholeText } from "./answer.ts";
import type { ParsedBehaviour } from "./behaviour.ts";
import type { Format } from "./format.ts";
import type { Prompt } from "./prompt.ts";

/** The assistant message at the end of a prompt, which some providers take for the beginning of their answer. */
function prefillOf({ messages }: Prompt): string {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last.text : "";
}

/**
 * A prompt that ends in half an answer is an older question with a part already said: by prefill, where the provider
 * has that, or by a user's message that asks to continue. Returns that question's prompt and the part, or null.
 */
export function splitContinuation(
  prompt: Prompt,
  prefill: Format["prefill"],
): { prompt: Prompt; said: string; mayBeAll: boolean } | null {
  const { messages } = prompt;
  const last = messages.at(-1);
  const asksToGoOn = last?.role === "user" && /\bcontinue\b/i.test(last.text);
  if (!asksToGoOn && prefill === "ignored") return null;
  const end = asksToGoOn ? -2 : -1;
  const partial = messages.at(end);
  if (partial?.role !== "assistant" || partial.text === "" || messages.at(end - 1)?.role !== "user") return null;
  // A person who says "continue" to a whole answer wants another one; one that was cut may only lack its end.
  const mayBeAll = !asksToGoOn || /\bcut off\b/i.test(last.text);
  return { prompt: { ...prompt, messages: messages.slice(0, end) }, said: partial.text, mayBeAll };
}

/** Whether `said` is a beginning (or all, where it may be) of what `behaviour` makes of `prompt`: else it is not continued. */
export function continues(prompt: Prompt, behaviour: ParsedBehaviour, said: string, mayBeAll: boolean): boolean {
  const whole = wholeText(prompt, behaviour);
  return whole.startsWith(said) && (mayBeAll || said.length < whole.length);
}

/**
 * Says a prefill again before the answer, as Mistral does: in one delta, with the spaces at its end moved to the next.
 * That is what the AI SDK once removed (https://github.com/vercel/ai/pull/3256) and now passes on.
 */
export function repeatPrefill(received: Prompt, answer: Answer): Answer {
  const prefill = prefillOf(received);
  const words = prefill.trimEnd();
  if (words === "") return answer;
  const [first = "", ...rest] = answer.text;
  return { ...answer, text: [words, prefill.slice(words.length) + first, ...rest] };
}
