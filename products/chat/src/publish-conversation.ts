import { createHash, randomBytes } from "node:crypto";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { callsOf } from "./answer-calls.ts";
import type { PublishedMessage } from "./published-page.ts";
import { emitChatEvent } from "./events.ts";
import { findConversation } from "./find-conversation.ts";
import { readBranch } from "./read-branch.ts";
import { conversations } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

const hashOf = (token: string) => createHash("sha256").update(token).digest();

async function setLink(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  publicTokenHash: Buffer | null,
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConversation(tx, caller, conversationId, "write");
    if (row.ownerId !== caller.personId) {
      throw new AppError("not_allowed", { message: "Only the owner of the conversation can make it public." });
    }
    if (publicTokenHash && row.currentMessageId === null) {
      throw new AppError("bad_request", { message: "There is nothing to publish yet." });
    }
    const [changed] = await tx
      .update(conversations)
      .set({ publicTokenHash, publicMessageId: publicTokenHash && row.currentMessageId, version: row.version + 1 })
      .where(and(eq(conversations.workspaceId, caller.workspaceId), eq(conversations.id, conversationId)))
      .returning();
    if (!changed) throw new AppError("not_found");
    await emitChatEvent(
      tx,
      changed,
      "chat.conversation.changed",
      { conversation: conversationShape(changed) },
      caller.personId,
    );
  });
}

/** Makes a public link to the branch that is shown now and gives back its token; an older link stops working. */
export async function publishConversation(db: Database, caller: MemberCaller, conversationId: string): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  await setLink(db, caller, conversationId, hashOf(token));
  return token;
}

/** Revokes the public link. */
export function unpublishConversation(db: Database, caller: MemberCaller, conversationId: string): Promise<void> {
  return setLink(db, caller, conversationId, null);
}

/**
 * What a public link shows.
 * @throws AppError not_found when the link was never made or has been revoked
 */
export async function readPublished(
  db: Database,
  token: string,
): Promise<{ title: string; messages: PublishedMessage[] }> {
  // The link itself is the right to read: no workspace is known before it is found.
  const [row] = await db.system((tx) =>
    tx
      .select()
      .from(conversations)
      .where(eq(conversations.publicTokenHash, hashOf(token))),
  );
  const last = row?.publicMessageId;
  if (!row || !last || row.trashedAt !== null) {
    throw new AppError("not_found", { message: "This link has been revoked or never existed." });
  }
  const { workspaceId } = row;
  return {
    title: row.title,
    messages: await db.withWorkspace({ workspaceId }, async (tx) => {
      const branch = await readBranch(tx, workspaceId, last);
      const ids = branch.filter(({ role }) => role === "assistant").map(({ id }) => id);
      const calls = await callsOf(tx, workspaceId, ids);
      return branch.map((message) => ({ ...message, calls: calls.get(message.id) ?? [] }));
    }),
  };
}
