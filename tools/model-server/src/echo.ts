import { readDirectives } from "./directives.ts";
import { type Prompt, lastUserMessage } from "./prompt.ts";

const QUOTED_CHARACTERS = 2_000;

function shorten(text: string): string {
  return text.length <= QUOTED_CHARACTERS
    ? text
    : `${text.slice(0, QUOTED_CHARACTERS)}… (${text.length} characters in all)`;
}

function listed(names: string[]): string {
  return names.length === 0 ? "0" : `${names.length} (${names.join(", ")})`;
}

/** The default answer: Markdown that quotes the last question and says what reached the model. */
export function describePrompt(prompt: Prompt): string {
  const { messages } = prompt;
  const asked = lastUserMessage(messages);
  const question = readDirectives(messages[asked]?.text ?? "").rest;
  const from = (role: string) => messages.filter((message) => message.role === role).length;
  const results = messages.slice(asked + 1).filter((message) => message.role === "tool");
  return [
    "You said:",
    "",
    ...shorten(question)
      .split("\n")
      .map((line) => `> ${line}`),
    "",
    `- Model: \`${readDirectives(prompt.model).rest}\``,
    `- Messages: ${messages.length} (user ${from("user")}, assistant ${from("assistant")}, tool ${from("tool")})`,
    `- System prompt: ${prompt.system === null ? "none" : `“${shorten(prompt.system)}”`}`,
    `- Images: ${messages.reduce((sum, message) => sum + message.images, 0)}`,
    `- Attachments: ${listed(messages.flatMap((message) => message.attachments))}`,
    `- Tools: ${listed(prompt.tools)}`,
    ...results.map((result) => `- Tool result: ${shorten(result.text)}`),
    "",
  ].join("\n");
}
