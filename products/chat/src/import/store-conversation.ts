import type { Database } from "@mindmesh/kernel/db";
import { and, eq, sql } from "drizzle-orm";
import { v5 as uuidv5 } from "uuid";
import { untitled } from "../create-conversation.ts";
import { conversations, messages } from "../schema.ts";
import { titleFromText } from "../title-from-text.ts";
import type { ImportedConversation } from "./imported-conversation.ts";

const batch = 200;

/**
 * Adds a conversation, or the messages that are new when it was imported before. Ids are made from the ids of the
 * export and of the person, so that the same message never comes in twice.
 * @returns whether the conversation is new, and how many messages were added
 */
export async function storeConversation(
  db: Database,
  owner: { workspaceId: string; personId: string },
  imported: ImportedConversation,
): Promise<{ isNew: boolean; messages: number }> {
  const { workspaceId, personId } = owner;
  const importKey = `${imported.source}:${imported.id}`;
  // RFC 9562 version 5: the workspace is the namespace.
  const idOf = (name: string) => uuidv5(`${personId}/${importKey}/${name}`, workspaceId);
  return db.withWorkspace({ workspaceId, userId: personId }, async (tx) => {
    const [added] = await tx
      .insert(conversations)
      .values({
        workspaceId,
        id: idOf("conversation"),
        ownerId: personId,
        title: titleOf(imported),
        titled: true,
        importKey,
        createdAt: imported.createdAt,
        updatedAt: imported.updatedAt,
      })
      .onConflictDoNothing()
      .returning({ id: conversations.id });
    const ofOwner = and(
      eq(conversations.workspaceId, workspaceId),
      eq(conversations.ownerId, personId),
      eq(conversations.importKey, importKey),
    );
    const [conversation] = await tx.select({ id: conversations.id }).from(conversations).where(ofOwner).for("update");
    if (!conversation) return { isNew: false, messages: 0 };
    let count = 0;
    for (let start = 0; start < imported.messages.length; start += batch) {
      const stored = await tx
        .insert(messages)
        .values(
          imported.messages.slice(start, start + batch).map((message) => ({
            workspaceId,
            id: idOf(message.id),
            conversationId: conversation.id,
            parentId: message.parentId === null ? null : idOf(message.parentId),
            role: message.role,
            authorId: message.role === "user" ? personId : null,
            text: message.text,
            reasoning: message.reasoning,
            status: "complete" as const,
            model: message.model,
            createdAt: message.createdAt,
            finishedAt: message.createdAt,
          })),
        )
        .onConflictDoNothing()
        .returning({ id: messages.id });
      count += stored.length;
    }
    if (imported.currentId !== null && count > 0) {
      await tx
        .update(conversations)
        .set({
          currentMessageId: idOf(imported.currentId),
          updatedAt: sql`greatest(${conversations.updatedAt}, ${imported.updatedAt}::timestamptz)`,
        })
        .where(ofOwner);
    }
    return { isNew: added !== undefined, messages: count };
  });
}

function titleOf(imported: ImportedConversation): string {
  const title = imported.title.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  if (title !== "") return title.slice(0, 200).toWellFormed();
  const first = imported.messages[0]?.text;
  return first === undefined ? untitled : titleFromText(first);
}
