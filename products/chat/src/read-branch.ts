import type { Transaction } from "@mindmesh/kernel/db";
import { sql } from "drizzle-orm";

export interface BranchMessage {
  id: string;
  role: "user" | "assistant";
  text: string;
  /** Which one answered; while none has, which was asked. */
  model: string | null;
  createdAt: string;
}

/** The messages from the first one down to `messageId`, in order. */
export async function readBranch(tx: Transaction, workspaceId: string, messageId: string): Promise<BranchMessage[]> {
  const result = await tx.execute<{
    id: string;
    role: "user" | "assistant";
    text: string;
    model: string | null;
    answered_by: string | null;
    created_at: string;
  }>(sql`
    WITH RECURSIVE branch AS (
      SELECT id, parent_id, 1 AS depth FROM chat.messages WHERE workspace_id = ${workspaceId} AND id = ${messageId}
      UNION ALL
      SELECT m.id, m.parent_id, b.depth + 1 FROM branch b
      JOIN chat.messages m ON m.workspace_id = ${workspaceId} AND m.id = b.parent_id
    )
    SELECT m.id, m.role, m.text, m.model, m.answered_by->-1->>'model' AS answered_by, m.created_at FROM branch b
    JOIN chat.messages m ON m.workspace_id = ${workspaceId} AND m.id = b.id ORDER BY b.depth DESC`);
  return result.rows.map(({ created_at, answered_by, ...row }) => ({
    ...row,
    model: answered_by ?? row.model,
    createdAt: new Date(created_at).toISOString(),
  }));
}
