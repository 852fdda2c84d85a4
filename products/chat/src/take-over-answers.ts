import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { liveServerIds } from "@mindmesh/kernel/servers";
import type { AskedCall, Tools } from "@mindmesh/kernel/tools";
import { and, eq, isNotNull, notInArray } from "drizzle-orm";
import { callsOf } from "./answer-calls.ts";
import type { AnswerRunner } from "./answer-runner.ts";
import { type OpenCall, isRepeatable } from "./call-tools.ts";
import { closeAnswer } from "./finish-answer.ts";
import { withChunks } from "./read-conversation.ts";
import { type AnswerCallRow, answerChunks, conversations, messages } from "./schema.ts";

interface Dependencies {
  db: Database;
  tools: Pick<Tools, "list" | "whoAsked" | "cancel">;
  runner: Pick<AnswerRunner, "start">;
  serverId: string;
}

/**
 * Sees to the answers whose server died or stopped. One that waits for an approval, or ran calls that can be made again,
 * goes on here by itself. Of any other nobody knows how far it came: what had arrived stays, marked as interrupted.
 * Returns how many there were.
 */
export async function takeOverAnswers(dependencies: Dependencies): Promise<number> {
  const { db } = dependencies;
  const alive = await liveServerIds(db);
  const orphans = await db.system((tx) =>
    tx
      .select({ workspaceId: messages.workspaceId, id: messages.id })
      .from(messages)
      .where(
        and(
          eq(messages.status, "streaming"),
          isNotNull(messages.serverId),
          alive.length > 0 ? notInArray(messages.serverId, alive) : undefined,
        ),
      ),
  );
  for (const { workspaceId, id } of orphans) await takeOver(dependencies, workspaceId, id, alive);
  return orphans.length;
}

interface Left {
  caller: MemberCaller;
  open: OpenCall[];
}

async function takeOver(
  dependencies: Dependencies,
  workspaceId: string,
  messageId: string,
  alive: string[],
): Promise<void> {
  const { db, runner, serverId } = dependencies;
  const calls = await db.withWorkspace({ workspaceId }, (tx) => callsOf(tx, workspaceId, [messageId]));
  const left = (calls.get(messageId) ?? []).filter(({ state }) => state === "waiting" || state === "running");
  const asked = await Promise.all(
    left.map(async (row) => ({ row, asked: await dependencies.tools.whoAsked({ ...row, callId: row.id }) })),
  );
  const goesOn = await howToGoOn(dependencies, asked);
  const own = and(eq(messages.workspaceId, workspaceId), eq(messages.id, messageId), eq(messages.status, "streaming"));
  const work = await db.withWorkspace({ workspaceId }, async (tx) => {
    const rows = await tx.select().from(messages).where(own).for("update", { skipLocked: true });
    const [row] = await withChunks(tx, rows);
    // Another server may have been faster.
    if (!row || (row.serverId !== null && alive.includes(row.serverId)) || row.serverId === serverId) return null;
    if (goesOn === null) {
      const place = { workspaceId, conversationId: row.conversationId, messageId };
      const end = { status: "interrupted" as const, error: "The server stopped while the answer was arriving." };
      await closeAnswer(tx, place, row, end, null);
      return "closed" as const;
    }
    const { text, reasoning } = row;
    const [answer] = await tx.update(messages).set({ text, reasoning, serverId }).where(own).returning();
    await tx
      .delete(answerChunks)
      .where(and(eq(answerChunks.workspaceId, workspaceId), eq(answerChunks.messageId, messageId)));
    const [conversation] = await tx
      .select()
      .from(conversations)
      .where(and(eq(conversations.workspaceId, workspaceId), eq(conversations.id, row.conversationId)));
    return answer && conversation ? { answer, conversation } : null;
  });
  if (work === "closed") await takeBack(dependencies, asked);
  else if (work !== null && goesOn !== null) runner.start({ ...work, ...goesOn });
}

/** Null where nobody may go on, or some call may have changed something already. */
async function howToGoOn(
  { tools }: Dependencies,
  calls: { row: AnswerCallRow; asked: AskedCall | null }[],
): Promise<Left | null> {
  const caller = calls[0]?.asked?.caller;
  if (!caller) return null;
  const offered = await tools.list(caller);
  const open: OpenCall[] = [];
  for (const { row, asked } of calls) {
    if (!asked) return null;
    const { state } = asked.row;
    // What waited has not run, and never will where it was refused, cancelled or has expired meanwhile.
    const hasNotRun = ["waiting", "approved", "refused", "cancelled", "expired"].includes(state);
    if (!hasNotRun && !isRepeatable(offered.find(({ name }) => name === row.tool))) return null;
    open.push({ row, way: hasNotRun ? "resume" : "again" });
  }
  return { caller, open };
}

/** Calls that still wait would run for nobody. */
async function takeBack(
  { tools }: Dependencies,
  calls: { row: AnswerCallRow; asked: AskedCall | null }[],
): Promise<void> {
  for (const { asked } of calls) {
    if (!asked?.caller) continue;
    try {
      await tools.cancel(asked.caller, asked.row.id);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    }
  }
}
