import type { Transaction } from "@mindmesh/kernel/db";
import { sql } from "drizzle-orm";

/** The messages from the first one down to `messageId`, in order. */
export async function readBranch(
  tx: Transaction,
  workspaceId: string,
  messageId: string,
): Promise<{ role: "user" | "assistant"; text: string }[]> {
  const result = await tx.execute<{ role: "user" | "assistant"; text: string }>(sql`
    WITH RECURSIVE branch AS (
      SELECT id, parent_id, role, text, 1 AS depth FROM chat.messages
      WHERE workspace_id = ${workspaceId} AND id = ${messageId}
      UNION ALL
      SELECT m.id, m.parent_id, m.role, m.text, b.depth + 1 FROM branch b
      JOIN chat.messages m ON m.workspace_id = ${workspaceId} AND m.id = b.parent_id
    )
    SELECT role, text FROM branch ORDER BY depth DESC`);
  return result.rows;
}
