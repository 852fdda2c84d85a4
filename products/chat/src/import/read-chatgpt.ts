import { storableText } from "@mindmesh/kernel/db";
import { z } from "zod";
import { type ImportedConversation, type ImportedMessage, isoMoment } from "./imported-conversation.ts";

// What of OpenAI's export format is used; everything else is let through unread.
const node = z.object({
  id: z.string(),
  parent: z.string().nullish(),
  message: z
    .object({
      author: z.object({ role: z.string() }),
      create_time: z.number().nullish(),
      content: z
        .object({
          content_type: z.string(),
          parts: z.array(z.unknown()).optional(),
          text: z.string().optional(),
          language: z.string().optional(),
          thoughts: z.array(z.object({ summary: z.string().nullish(), content: z.string().nullish() })).optional(),
        })
        .nullish(),
      metadata: z
        .object({ model_slug: z.string().nullish(), is_visually_hidden_from_conversation: z.boolean().nullish() })
        .nullish(),
    })
    .nullish(),
});

export const chatGptConversation = z.object({
  id: z.string().optional(),
  conversation_id: z.string().optional(),
  title: z.string().nullish(),
  create_time: z.number().nullish(),
  update_time: z.number().nullish(),
  current_node: z.string().nullish(),
  mapping: z.record(z.string(), node),
});

type Node = z.infer<typeof node>;

function textOf(content: NonNullable<NonNullable<Node["message"]>["content"]>): string {
  switch (content.content_type) {
    case "code":
      return `\`\`\`${/^\w+$/.test(content.language ?? "") && content.language !== "unknown" ? content.language : ""}\n${content.text ?? ""}\n\`\`\``;
    case "thoughts":
    case "reasoning_recap":
      return "";
    default:
      return [
        ...(content.parts ?? []).map((part) =>
          typeof part === "string" ? part : `*[${kindOfPart(part)}, not in the export]*`,
        ),
        ...(content.text === undefined ? [] : [content.text]),
      ]
        .filter((part) => part.trim() !== "")
        .join("\n\n");
  }
}

function kindOfPart(part: unknown): string {
  const type = (part as { content_type?: unknown } | null)?.content_type;
  return typeof type === "string" && type.includes("audio") ? "Audio" : "Image";
}

/** A conversation of ChatGPT's export. Messages of the system and of tools are left out, their children kept. */
export function readChatGpt(raw: z.infer<typeof chatGptConversation>): ImportedConversation | null {
  const id = raw.conversation_id ?? raw.id;
  if (id === undefined) return null;
  const createdAt = isoMoment(raw.create_time, new Date().toISOString());
  const messages: ImportedMessage[] = [];
  /** Node to the kept message that stands for it: itself, or its nearest kept ancestor. */
  const standIn = new Map<string, string | null>();
  /** Thoughts that come as a message of their own, before the answer. */
  const thoughts = new Map<string | null, string>();

  for (const each of parentsFirst(raw.mapping)) {
    const parentId = each.parent == null ? null : (standIn.get(each.parent) ?? null);
    const { message } = each;
    const role = message?.author.role;
    const text = message?.content ? storableText(textOf(message.content)) : "";
    const own = (message?.content?.thoughts ?? [])
      .map((thought) => thought.content ?? thought.summary ?? "")
      .join("\n\n");
    if (own !== "") thoughts.set(parentId, storableText(own));
    if (
      (role !== "user" && role !== "assistant") ||
      text === "" ||
      message?.metadata?.is_visually_hidden_from_conversation
    ) {
      standIn.set(each.id, parentId);
      continue;
    }
    const model = message?.metadata?.model_slug;
    messages.push({
      id: each.id,
      parentId,
      role,
      text,
      reasoning: role === "assistant" ? (thoughts.get(parentId) ?? "") : "",
      model: role === "assistant" && model ? `openai/${model}` : null,
      createdAt: isoMoment(message?.create_time, createdAt),
    });
    standIn.set(each.id, each.id);
  }
  return {
    source: "chatgpt",
    id,
    title: storableText(raw.title ?? ""),
    createdAt,
    updatedAt: isoMoment(raw.update_time, createdAt),
    messages,
    currentId: raw.current_node == null ? null : (standIn.get(raw.current_node) ?? null),
  };
}

/** Nodes in an order in which every parent comes before its children; what hangs in a circle is left out. */
function parentsFirst(mapping: Record<string, Node>): Node[] {
  const children = new Map<string | null, Node[]>();
  for (const each of Object.values(mapping)) {
    const parent = each.parent != null && Object.hasOwn(mapping, each.parent) ? each.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const ordered: Node[] = [];
  const waiting = [...(children.get(null) ?? [])].toReversed();
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    ordered.push(each);
    waiting.push(...(children.get(each.id) ?? []).toReversed());
  }
  return ordered;
}
