import type { Database, Transaction } from "@mindmesh/kernel/db";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { AnswerSpent } from "./answer-spent.ts";
import { type AnswerCallRow, messages, toolCalls } from "./schema.ts";

/** The tool calls of answers by message, in order. */
export async function callsOf(
  tx: Transaction,
  workspaceId: string,
  messageIds: string[],
): Promise<Map<string, AnswerCallRow[]>> {
  if (messageIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(toolCalls)
    .where(and(eq(toolCalls.workspaceId, workspaceId), inArray(toolCalls.messageId, messageIds)))
    .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
  return Map.groupBy(rows, (row) => row.messageId);
}

/** Closes what an answer left open when it ended or its server died. */
export async function closeCalls(tx: Transaction, workspaceId: string, messageId: string): Promise<void> {
  await tx
    .update(toolCalls)
    .set({
      state: sql`CASE ${toolCalls.state} WHEN 'waiting' THEN 'cancelled' ELSE 'lost' END`,
      error: sql`CASE ${toolCalls.state} WHEN 'waiting' THEN 'The answer ended before the call was approved. It was not done.'
        ELSE 'The answer ended while the call ran. It may or may not have been done.' END`,
      revision: sql`${toolCalls.revision} + 1`,
      finishedAt: new Date().toISOString(),
    })
    .where(
      and(
        eq(toolCalls.workspaceId, workspaceId),
        eq(toolCalls.messageId, messageId),
        inArray(toolCalls.state, ["running", "waiting"]),
      ),
    );
}

// The kernel's record of a call is on the disk before the call begins; this one is for showing.
const settings = { relaxedDurability: true };

/**
 * Stores calls and each change of them, and then, only then, shows them.
 * @param spentSoFar what the answer has used; kept with its calls, so that a server that takes it over knows it
 */
export function createCallWriter(
  db: Database,
  show: (call: AnswerCallRow) => void,
  spentSoFar: () => AnswerSpent | null = () => null,
) {
  let kept: AnswerSpent | null = null;
  return {
    async insert(row: AnswerCallRow): Promise<AnswerCallRow> {
      const spent = spentSoFar();
      const isNew = spent !== null && spent !== kept;
      kept = spent;
      await db.withWorkspace(
        row,
        async (tx) => {
          await tx.insert(toolCalls).values(row);
          if (!isNew) return;
          const { workspaceId, messageId } = row;
          const own = and(eq(messages.workspaceId, workspaceId), eq(messages.id, messageId));
          await tx.update(messages).set(spent).where(own);
        },
        settings,
      );
      show(row);
      return row;
    },
    async change(row: AnswerCallRow, change: Partial<AnswerCallRow>): Promise<AnswerCallRow> {
      const changed = { ...row, ...change, revision: row.revision + 1 };
      const { workspaceId, messageId, position, ...values } = changed;
      await db.withWorkspace(
        row,
        (tx) =>
          tx
            .update(toolCalls)
            .set(values)
            .where(
              and(
                eq(toolCalls.workspaceId, workspaceId),
                eq(toolCalls.messageId, messageId),
                eq(toolCalls.position, position),
              ),
            ),
        settings,
      );
      show(changed);
      return changed;
    },
  };
}
export type CallWriter = ReturnType<typeof createCallWriter>;
