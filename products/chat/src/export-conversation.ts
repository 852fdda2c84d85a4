import type { Database } from "@mindmesh/kernel/db";
import type { MemberCaller } from "@mindmesh/kernel/http";
import type { Conversation, Message } from "@mindmesh/contracts/chat";
import { callAsMarkdown, partsOf } from "./calls-in-text.ts";
import { readConversation } from "./read-conversation.ts";

export interface ExportedFile {
  name: string;
  mediaType: string;
  content: string;
}

/** The messages from the first one down to `last`. */
export function branchOf(messages: Message[], last: string | null): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (
    let at = last === null ? undefined : byId.get(last);
    at;
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  ) {
    branch.unshift(at);
  }
  return branch;
}

function markdown(conversation: Conversation, branch: Message[]): string {
  const parts = branch.map((message) => {
    const model = message.answeredBy.at(-1)?.model ?? message.model;
    const who = message.role === "user" ? "Question" : `Answer${model === null ? "" : ` (${model})`}`;
    const text = partsOf(message.text, message.toolCalls)
      .flatMap((part) => [part.text, ...part.calls.map(callAsMarkdown)])
      .filter((each) => each !== "")
      .join("\n\n");
    const mark = message.status === "complete" ? "" : `\n\n*This answer is not complete (${message.status}).*`;
    return `## ${who}\n\n${text}${mark}`;
  });
  const system = conversation.systemPrompt === "" ? [] : [`## System prompt\n\n${conversation.systemPrompt}`];
  return `${[`# ${conversation.title}`, ...system, ...parts].join("\n\n")}\n`;
}

/** The shown branch as Markdown, or everything with all branches as JSON. */
export async function exportConversation(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  format: "markdown" | "json",
): Promise<ExportedFile> {
  const { conversation, messages, usage } = await readConversation(db, caller, conversationId);
  const name =
    conversation.title
      .replaceAll(/[\p{Cc}\s\\/:*?"<>|]+/gu, " ")
      .trim()
      .slice(0, 80) || "conversation";
  if (format === "markdown") {
    const content = markdown(conversation, branchOf(messages, conversation.currentMessageId));
    return { name: `${name}.md`, mediaType: "text/markdown; charset=utf-8", content };
  }
  const content = JSON.stringify(
    { format: "mindmesh.conversation", version: 1, conversation, messages, usage },
    null,
    2,
  );
  return { name: `${name}.json`, mediaType: "application/json; charset=utf-8", content };
}
