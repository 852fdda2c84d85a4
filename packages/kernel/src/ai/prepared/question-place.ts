import { createHash } from "node:crypto";
import type { ModelRequest } from "../model-request.ts";

/** Upper and lower case and white space do not make another question. */
function compared(text: string): string {
  return text.normalize("NFC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** Where the answer to a question lies. `system` null: whatever the system prompt is. */
export function placeOf(question: string, system: string | null): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([compared(question), system === null ? null : system.trim()]))
    .digest();
}

type Asked = Pick<ModelRequest, "system" | "messages"> & Partial<Pick<ModelRequest, "output" | "stopSequences">>;

/**
 * Where the answer to a request may lie, the more exact place first. Nowhere for a request that is more than one question in
 * words: one in the middle of a conversation, with images or files, or that wants JSON or an end at certain words.
 */
export function placesOf({ system, messages, output, stopSequences }: Asked): Buffer[] {
  const [message] = messages;
  if (messages.length !== 1 || message?.role !== "user") return [];
  if (output?.type === "json" || (stopSequences && stopSequences.length > 0)) return [];
  const { content } = message;
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  if (texts.length !== parts.length) return [];
  const question = texts.join("");
  return [placeOf(question, system ?? ""), placeOf(question, null)];
}
