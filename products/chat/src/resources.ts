import type { Database } from "@mindmesh/kernel/db";
import type { PromptSource, ResourceSource } from "@mindmesh/kernel/resources";
import { exportConversation } from "./export-conversation.ts";
import { listConversations } from "./list-conversations.ts";
import { listPresets } from "./presets.ts";

/** Characters of a conversation that are given at once. */
const mostCharacters = 1_000_000;
const mediaType = "text/markdown";

/** Conversations that a person may see, as Markdown to read. */
export function conversationResources(db: Database): ResourceSource {
  return {
    kind: "conversations",
    title: "Conversations",
    purpose: "A conversation that the person may see, as Markdown: the branch that is shown.",
    async list(caller, { cursor, limit }) {
      const { items, nextCursor } = await listConversations(db, caller, { view: "active", cursor, limit });
      return {
        items: items.map(({ id, title, updatedAt }) => ({ id, title, mediaType, changedAt: updatedAt })),
        nextCursor,
      };
    },
    async read(caller, id) {
      const { content } = await exportConversation(db, caller, id, "markdown");
      const cut = content.length - mostCharacters;
      // The end is what a reader goes on from.
      const text =
        cut > 0 ? `[The first ${cut} characters are left out.]\n\n${content.slice(cut).toWellFormed()}` : content;
      return { mediaType, text };
    },
  };
}

/** The presets that a person may use, as prompts: their system prompts. */
export function presetPrompts(db: Database): PromptSource {
  return {
    table: "presets",
    async list(caller) {
      const presets = await listPresets(db, caller);
      return presets
        .filter(({ systemPrompt }) => systemPrompt !== "")
        .map(({ id, name, systemPrompt }) => ({ id, title: name, text: systemPrompt }));
    },
  };
}
