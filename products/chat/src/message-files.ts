import type { StoredFile } from "@mindmesh/contracts/files";
import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { type FileGrant, findFiles, readableFile, toStoredFile } from "@mindmesh/kernel/storage";
import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import { mayRead } from "./find-conversation.ts";
import { conversations, messageFiles, messages } from "./schema.ts";

/** Whoever may read a conversation may read the files of its messages. */
export const conversationFiles: FileGrant = async (tx, caller, fileId) => {
  const holders = await tx
    .select({ ownerId: conversations.ownerId, shared: conversations.shared })
    .from(messageFiles)
    .innerJoin(
      messages,
      and(eq(messages.workspaceId, messageFiles.workspaceId), eq(messages.id, messageFiles.messageId)),
    )
    .innerJoin(
      conversations,
      and(eq(conversations.workspaceId, messages.workspaceId), eq(conversations.id, messages.conversationId)),
    )
    .where(
      and(
        eq(messageFiles.workspaceId, caller.workspaceId),
        eq(messageFiles.fileId, fileId),
        isNull(conversations.trashedAt),
      ),
    );
  return holders.some((holder) => mayRead(caller, holder));
};

/**
 * Attaches files to a new message.
 * @throws AppError invalid_fields for a file that is gone or not the caller's to use
 */
export async function attachFiles(
  tx: Transaction,
  caller: MemberCaller,
  messageId: string,
  fileIds: string[],
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const [position, fileId] of [...new Set(fileIds)].entries()) {
    try {
      files.push(toStoredFile(await readableFile(tx, caller, fileId, [conversationFiles])));
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      throw new AppError("invalid_fields", {
        fields: { [`fileIds.${position}`]: "This file is not there any more. Attach it again." },
        cause,
      });
    }
    await tx.insert(messageFiles).values({ workspaceId: caller.workspaceId, messageId, position, fileId });
  }
  return files;
}

/** The files of messages, by message, in their order; those that were deleted since are left out. */
export async function filesOf(
  tx: Transaction,
  workspaceId: string,
  messageIds: string[],
): Promise<Map<string, StoredFile[]>> {
  const byMessage = new Map<string, StoredFile[]>();
  if (messageIds.length === 0) return byMessage;
  const links = await tx
    .select()
    .from(messageFiles)
    .where(and(eq(messageFiles.workspaceId, workspaceId), inArray(messageFiles.messageId, messageIds)))
    .orderBy(asc(messageFiles.messageId), asc(messageFiles.position));
  const rows = await findFiles(tx, { workspaceId, ids: [...new Set(links.map((link) => link.fileId))] });
  for (const { messageId, fileId } of links) {
    const row = rows.get(fileId);
    if (row) byMessage.set(messageId, [...(byMessage.get(messageId) ?? []), toStoredFile(row)]);
  }
  return byMessage;
}
