import { roleMay } from "@mindmesh/contracts/permissions";
import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { type ConversationRow, conversations } from "./schema.ts";

/** Whether the caller may read it: their own, or shared in the workspace. */
export function mayRead(caller: MemberCaller, row: Pick<ConversationRow, "ownerId" | "shared">): boolean {
  return row.ownerId === caller.personId || row.shared;
}

/** Whether the caller may write into it: their own, or shared and the caller is more than a viewer. */
export function mayWrite(caller: MemberCaller, row: Pick<ConversationRow, "ownerId" | "shared">): boolean {
  return roleMay(caller.role, "content.write") && mayRead(caller, row);
}

/**
 * The conversation, if the caller has the right; the row is locked for `write`, so that writers take turns.
 * @throws AppError not_found for what the caller may not see, not_allowed for what they may see and not change
 */
export async function findConversation(
  tx: Transaction,
  caller: MemberCaller,
  conversationId: string,
  right: "read" | "write",
): Promise<ConversationRow> {
  const query = tx
    .select()
    .from(conversations)
    .where(and(eq(conversations.workspaceId, caller.workspaceId), eq(conversations.id, conversationId)));
  const [row] = right === "write" ? await query.for("update") : await query;
  if (!row || !mayRead(caller, row)) throw new AppError("not_found");
  if (right === "write" && !mayWrite(caller, row)) throw new AppError("not_allowed");
  return row;
}
