import type { ParsedBehaviour } from "./behaviour.ts";
import { wholeText } from "./answer.ts";
import type { Prompt } from "./prompt.ts";

/**
 * A prompt that ends in half an answer - an assistant message last, or one followed by a user's "Continue ..." - is an
 * older question with a part already said. Returns that question's prompt and the part, or null for any other prompt.
 */
export function splitContinuation(prompt: Prompt): { prompt: Prompt; said: string } | null {
  const { messages } = prompt;
  const asksToGoOn = messages.at(-1)?.role === "user" && /^continue\b/i.test(messages.at(-1)?.text.trim() ?? "");
  const end = asksToGoOn ? -2 : -1;
  const partial = messages.at(end);
  if (partial?.role !== "assistant" || partial.text === "" || messages.at(end - 1)?.role !== "user") return null;
  return { prompt: { ...prompt, messages: messages.slice(0, end) }, said: partial.text };
}

/** Whether `said` is a beginning, but not all, of what `behaviour` makes of `prompt`: only then can it be continued. */
export function continues(prompt: Prompt, behaviour: ParsedBehaviour, said: string): boolean {
  const whole = wholeText(prompt, behaviour);
  return said.length < whole.length && whole.startsWith(said);
}
