import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { type MessageRow, messages } from "./schema.ts";

/**
 * A message of a conversation that the caller has already been let into.
 * @throws AppError not_found
 */
export async function findMessage(
  tx: Transaction,
  caller: MemberCaller,
  conversationId: string,
  messageId: string,
): Promise<MessageRow> {
  const [row] = await tx
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, caller.workspaceId),
        eq(messages.id, messageId),
        eq(messages.conversationId, conversationId),
      ),
    );
  if (!row) throw new AppError("not_found", { message: "This message does not exist in the conversation." });
  return row;
}
