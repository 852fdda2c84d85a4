import type { Conversation, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { emitChatEvent } from "./events.ts";
import { findConversation } from "./find-conversation.ts";
import { findMessage } from "./find-message.ts";
import { checkFolder } from "./folders.ts";
import { type ConversationRow, conversations } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

type Change = z.output<typeof chatRoutes.updateConversation.body>;

/** What belongs to the owner alone, also in a shared conversation. */
const ownersFields = ["folderId", "tags", "pinned", "archived", "trashed", "shared"] as const;

/**
 * Changes what a person may set on a conversation.
 * @throws AppError conflict when `version` is given and somebody was faster; not_allowed for what only the owner may do
 */
export async function updateConversation(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  change: Change,
): Promise<Conversation> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConversation(tx, caller, conversationId, "write");
    if (row.ownerId !== caller.personId && ownersFields.some((field) => change[field] !== undefined)) {
      throw new AppError("not_allowed", { message: "Only the owner of the conversation can do this." });
    }
    if (change.version !== undefined && change.version !== row.version) throw new AppError("conflict");
    if (change.currentMessageId !== undefined) await findMessage(tx, caller, conversationId, change.currentMessageId);
    if (change.folderId) await checkFolder(tx, caller, change.folderId);
    const changed = await store(tx, row, change);
    if (row.shared && !changed.shared) {
      // Those who lose sight of it must drop it; the owner hears of the change below.
      await emitChatEvent(tx, row, "chat.conversation.gone", { conversationId }, caller.personId);
    }
    await emitChatEvent(
      tx,
      changed,
      "chat.conversation.changed",
      { conversation: conversationShape(changed) },
      caller.personId,
    );
    return conversationShape(changed);
  });
}

async function store(tx: Transaction, row: ConversationRow, change: Change): Promise<ConversationRow> {
  const { version: _, trashed, title, tags, ...plain } = change;
  const [changed] = await tx
    .update(conversations)
    .set({
      ...plain,
      ...(title !== undefined && { title, titled: true }),
      ...(tags !== undefined && { tags: [...new Set(tags)] }),
      ...(trashed !== undefined && { trashedAt: trashed ? (row.trashedAt ?? new Date().toISOString()) : null }),
      // A conversation in the trash is out of the world's sight.
      ...(trashed === true && { publicTokenHash: null, publicMessageId: null, pinned: false }),
      version: row.version + 1,
    })
    .where(and(eq(conversations.workspaceId, row.workspaceId), eq(conversations.id, row.id)))
    .returning();
  if (!changed) throw new AppError("not_found");
  return changed;
}
