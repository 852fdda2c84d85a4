import type { LanguageModelV3FilePart, LanguageModelV3Prompt, LanguageModelV3TextPart } from "@ai-sdk/provider";

export type ModelContent =
  | { type: "text"; text: string }
  /** `data`: bytes, or base64 text. */
  | { type: "image"; mediaType: string; data: Uint8Array | string }
  /** Text files are written into the prompt; of others each provider reads some (PDF mostly). */
  | { type: "file"; mediaType: string; filename?: string; data: Uint8Array | string };

export interface ModelMessage {
  role: "user" | "assistant";
  content: string | ModelContent[];
}

const continueRequest =
  "Your last answer was cut off. Continue it from exactly where it stopped: begin with the next character, " +
  "repeat nothing of it, and say nothing about the interruption.";

function textOf(data: Uint8Array | string): string {
  return Buffer.from(data as string, typeof data === "string" ? "base64" : undefined).toString();
}

function userPart(content: ModelContent): LanguageModelV3TextPart | LanguageModelV3FilePart {
  if (content.type === "text") return content;
  if (content.type === "image") return { type: "file", mediaType: content.mediaType, data: content.data };
  const { mediaType, filename, data } = content;
  if (!mediaType.startsWith("text/") && mediaType !== "application/json") {
    return { type: "file", mediaType, data, ...(filename !== undefined && { filename }) };
  }
  return { type: "text", text: `File ${JSON.stringify(filename ?? "without a name")}:\n\n${textOf(data)}` };
}

function assistantParts(content: string | ModelContent[]): LanguageModelV3TextPart[] {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  // Providers take no images or files from the model's own side, and no empty text.
  return parts.filter((part) => part.type === "text").filter((part) => part.text !== "");
}

/**
 * The prompt in the AI SDK's form. A conversation that ends with an assistant message asks to continue it: as prefill
 * when `continuesAnswer`, otherwise by a message that asks for it. Assistant messages without text are left out.
 */
export function buildPrompt(
  system: string | undefined,
  messages: ModelMessage[],
  continuesAnswer: boolean,
): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt =
    system === undefined || system === "" ? [] : [{ role: "system", content: system }];
  for (const { role, content } of messages) {
    if (role === "assistant") {
      const parts = assistantParts(content);
      if (parts.length > 0) prompt.push({ role, content: parts });
    } else {
      const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content.map(userPart);
      prompt.push({ role, content: parts });
    }
  }
  if (prompt.at(-1)?.role === "assistant" && !continuesAnswer) {
    prompt.push({ role: "user", content: [{ type: "text", text: continueRequest }] });
  }
  return prompt;
}

/**
 * Whether the answer to be continued ends with space. The SDK trims it for Anthropic, which refuses it, and the model may
 * then begin with space of its own, which would come twice.
 */
export function endsWithSpace(messages: ModelMessage[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return false;
  const text = assistantParts(last.content).map((part) => part.text);
  return /\s$/.test(text.join(""));
}
