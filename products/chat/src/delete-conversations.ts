import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { defineJob } from "@mindmesh/kernel/jobs";
import { and, eq, isNotNull, lt } from "drizzle-orm";
import { z } from "zod";
import { discardFilesOfRuns } from "./code/forget-runs.ts";
import { emitChatEvent } from "./events.ts";
import { findConversation } from "./find-conversation.ts";
import { type ConversationRow, conversations } from "./schema.ts";

export const trashDays = 30;

/**
 * Deletes one of the caller's conversations for good; only from the trash, so that a slip can be undone.
 * @throws AppError conflict when it is not in the trash
 */
export async function deleteConversation(db: Database, caller: MemberCaller, conversationId: string): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConversation(tx, caller, conversationId, "write");
    if (row.ownerId !== caller.personId) throw new AppError("not_allowed");
    if (row.trashedAt === null)
      throw new AppError("conflict", { message: "Move the conversation to the trash first." });
    await erase(tx, [row]);
  });
}

/** Deletes all of the caller's conversations in the trash for good; returns how many. */
export async function emptyTrash(db: Database, caller: MemberCaller): Promise<number> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const rows = await tx
      .select()
      .from(conversations)
      .where(
        and(
          eq(conversations.workspaceId, caller.workspaceId),
          eq(conversations.ownerId, caller.personId),
          isNotNull(conversations.trashedAt),
        ),
      )
      .for("update");
    await erase(tx, rows);
    return rows.length;
  });
}

/** Deletes for good what has been in the trash for 30 days, in all workspaces; returns how many. */
export async function purgeTrash(db: Database): Promise<number> {
  const limit = new Date(Date.now() - trashDays * 24 * 3600 * 1000).toISOString();
  const due = await db.system((tx) =>
    tx.select().from(conversations).where(lt(conversations.trashedAt, limit)).limit(1000),
  );
  for (const row of due) await db.withWorkspace({ workspaceId: row.workspaceId }, (tx) => erase(tx, [row]));
  return due.length;
}

/** The nightly job that does so. */
export function purgeTrashJob(db: Database) {
  return defineJob({
    name: "chat.purge-trash",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "17 3 * * *", payload: {} },
    handler: () => purgeTrash(db),
  });
}

async function erase(tx: Transaction, rows: ConversationRow[]): Promise<void> {
  for (const row of rows) {
    await discardFilesOfRuns(tx, row);
    await tx
      .delete(conversations)
      .where(and(eq(conversations.workspaceId, row.workspaceId), eq(conversations.id, row.id)));
    await emitChatEvent(tx, row, "chat.conversation.gone", { conversationId: row.id });
  }
}
