import type { CodeRun } from "@mindmesh/contracts/runs";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { liveServerIds } from "@mindmesh/kernel/servers";
import { and, eq, isNotNull, notInArray, sql } from "drizzle-orm";
import { emitChatEvent } from "../events.ts";
import { conversations } from "../schema.ts";
import { runShape } from "./run-shapes.ts";
import { type CodeRunRow, codeRunDisplays, codeRunOutput, codeRuns } from "./schema.ts";

export interface RunEnd {
  status: "finished" | "failed" | "cancelled" | "lost";
  reason: NonNullable<CodeRun["reason"]>;
  exitCode: number | null;
  message: string;
  error: CodeRun["error"];
  usage: CodeRun["usage"];
}

export const thisRun = (run: { workspaceId: string; id: string }) =>
  and(eq(codeRuns.workspaceId, run.workspaceId), eq(codeRuns.id, run.id));

/** Changes a run that has not ended, and tells everybody. @returns null when it has ended already */
export async function changeRun(
  tx: Transaction,
  run: { workspaceId: string; id: string },
  change: Partial<CodeRunRow>,
): Promise<CodeRunRow | null> {
  const [row] = await tx
    .update(codeRuns)
    .set({ ...change, revision: sql`${codeRuns.revision} + 1` })
    .where(and(thisRun(run), isNotNull(codeRuns.serverId)))
    .returning();
  if (!row) return null;
  const [conversation] = await tx
    .select()
    .from(conversations)
    .where(and(eq(conversations.workspaceId, row.workspaceId), eq(conversations.id, row.conversationId)));
  if (conversation) await emitChatEvent(tx, conversation, "chat.run.changed", { run: runShape(row) }, row.personId);
  return row;
}

/** Ends a run and writes it into the audit log: who, what, how long, how much. Does nothing when it has ended already. */
export async function endRun(
  tx: Transaction,
  run: { workspaceId: string; id: string },
  end: RunEnd,
  actor: Actor,
): Promise<CodeRunRow | null> {
  const row = await changeRun(tx, run, {
    ...end,
    ...(await storedOf(tx, run)),
    queuePosition: null,
    holdsDirectory: false,
    serverId: null,
    finishedAt: new Date().toISOString(),
  });
  if (row === null) return null;
  await audit(tx, actor, {
    workspaceId: row.workspaceId,
    action: "code.run",
    target: { kind: "conversation", id: row.conversationId },
    details: {
      runId: row.id,
      origin: row.origin,
      language: row.language,
      sourceHash: row.sourceHash,
      sourceCharacters: row.source.length,
      files: row.files.length,
      driver: row.driver,
      status: end.status,
      reason: end.reason,
      exitCode: end.exitCode,
      ...end.usage,
    },
  });
  return row;
}

/** How much of a run's output is stored: in UTF-16 units, which only JavaScript counts. */
async function storedOf(tx: Transaction, run: { workspaceId: string; id: string }) {
  const parts = await tx
    .select({ text: codeRunOutput.text })
    .from(codeRunOutput)
    .where(and(eq(codeRunOutput.workspaceId, run.workspaceId), eq(codeRunOutput.runId, run.id)));
  const displays = await tx
    .select({ position: codeRunDisplays.position })
    .from(codeRunDisplays)
    .where(and(eq(codeRunDisplays.workspaceId, run.workspaceId), eq(codeRunDisplays.runId, run.id)));
  return { outputLength: parts.reduce((sum, { text }) => sum + text.length, 0), displayCount: displays.length };
}

/** Ends the runs whose server died: what they had put out stays. Returns how many. */
export async function loseOrphanedRuns(db: Database): Promise<number> {
  const alive = await liveServerIds(db);
  const orphans = await db.system((tx) =>
    tx
      .select({ workspaceId: codeRuns.workspaceId, id: codeRuns.id, personId: codeRuns.personId })
      .from(codeRuns)
      .where(and(isNotNull(codeRuns.serverId), alive.length > 0 ? notInArray(codeRuns.serverId, alive) : undefined)),
  );
  for (const { workspaceId, id, personId } of orphans) {
    await db.withWorkspace({ workspaceId }, (tx) =>
      endRun(
        tx,
        { workspaceId, id },
        {
          status: "lost",
          reason: "lost",
          exitCode: null,
          message: "The server stopped while the code was waiting or running. Run it again.",
          error: null,
          usage: null,
        },
        { personId, ip: null, requestId: null },
      ),
    );
  }
  return orphans.length;
}
