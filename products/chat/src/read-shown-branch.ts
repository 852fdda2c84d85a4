import type { Conversation } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findConversation } from "./find-conversation.ts";
import { type BranchMessage, readBranch } from "./read-branch.ts";
import { conversationShape } from "./shapes.ts";

/** The last `most` messages of the branch that a conversation shows. @throws AppError not_found */
export function readShownBranch(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  most: number,
): Promise<{ conversation: Conversation; total: number; messages: BranchMessage[] }> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConversation(tx, caller, conversationId, "read");
    const branch = row.currentMessageId === null ? [] : await readBranch(tx, caller.workspaceId, row.currentMessageId);
    return { conversation: conversationShape(row), total: branch.length, messages: branch.slice(-most) };
  });
}
