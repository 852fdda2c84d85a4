import { storableText } from "@mindmesh/kernel/db";
import { z } from "zod";
import { type ImportedConversation, type ImportedMessage, isoMoment } from "./imported-conversation.ts";

const block = z.object({ type: z.string(), text: z.string().nullish(), thinking: z.string().nullish() });

// What of Anthropic's export format is used; everything else is let through unread.
export const claudeConversation = z.object({
  uuid: z.string(),
  name: z.string().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  current_leaf_message_uuid: z.string().nullish(),
  chat_messages: z.array(
    z.object({
      uuid: z.string(),
      text: z.string().nullish(),
      sender: z.string(),
      content: z.array(block).nullish(),
      created_at: z.string().nullish(),
      parent_message_uuid: z.string().nullish(),
      attachments: z
        .array(z.object({ file_name: z.string().nullish(), extracted_content: z.string().nullish() }))
        .nullish(),
    }),
  ),
});

/** A conversation of Claude's export. Text of attachments is kept below the message, as a quoted block. */
export function readClaude(raw: z.infer<typeof claudeConversation>): ImportedConversation {
  const createdAt = isoMoment(raw.created_at, new Date().toISOString());
  const messages: ImportedMessage[] = [];
  const kept = new Set<string>();
  for (const each of raw.chat_messages) {
    const blocks = each.content ?? [];
    const said =
      blocks.flatMap((part) => (part.type === "text" && part.text ? [part.text] : [])).join("\n\n") ||
      (each.text ?? "");
    const attached = (each.attachments ?? []).flatMap(({ file_name: name, extracted_content: content }) =>
      content ? [`**${name ?? "Attachment"}**\n\n${content.replaceAll(/^/gm, "> ")}`] : [],
    );
    const text = storableText([said, ...attached].filter((part) => part.trim() !== "").join("\n\n"));
    if (text === "" || kept.has(each.uuid)) continue;
    // Older exports name no parent: every message follows the one before it.
    const parent = each.parent_message_uuid;
    messages.push({
      id: each.uuid,
      parentId: parent != null && kept.has(parent) ? parent : parent == null ? (messages.at(-1)?.id ?? null) : null,
      role: each.sender === "human" ? "user" : "assistant",
      text,
      reasoning: storableText(blocks.flatMap((part) => (part.thinking ? [part.thinking] : [])).join("\n\n")),
      model: null,
      createdAt: isoMoment(each.created_at, createdAt),
    });
    kept.add(each.uuid);
  }
  const leaf = raw.current_leaf_message_uuid;
  return {
    source: "claude",
    id: raw.uuid,
    title: storableText(raw.name ?? ""),
    createdAt,
    updatedAt: isoMoment(raw.updated_at, createdAt),
    messages,
    currentId: leaf != null && kept.has(leaf) ? leaf : (messages.at(-1)?.id ?? null),
  };
}
