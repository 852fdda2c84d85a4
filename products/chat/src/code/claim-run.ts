import type { RunSettings } from "@mindmesh/contracts/runs";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { thisRun } from "./end-run.ts";
import { runSettingsOf } from "./run-settings.ts";
import { type CodeRunRow, codeRuns } from "./schema.ts";

/**
 * Tries to let a run begin: when the workspace has fewer runs at once than it may, and nobody else, on whichever server,
 * uses the person's directory in the conversation. Then the directory is the run's until it ends.
 * @returns the settings that apply to it, or how many are before it
 * @throws AppError sandbox_off when an admin has switched code off in the meantime; call_cancelled when it has ended
 */
export async function claimRun(
  db: Database,
  run: CodeRunRow,
): Promise<{ claimed: RunSettings } | { claimed: null; before: number }> {
  const { workspaceId, conversationId, personId } = run;
  return db.withWorkspace({ workspaceId }, async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`code-runs/${workspaceId}`}, 0))`);
    const settings = await runSettingsOf(tx, workspaceId);
    if (!settings.enabled) throw switchedOff();
    const open = await tx
      .select({
        id: codeRuns.id,
        holds: codeRuns.holdsDirectory,
        createdAt: codeRuns.createdAt,
        conversationId: codeRuns.conversationId,
        personId: codeRuns.personId,
      })
      .from(codeRuns)
      .where(and(eq(codeRuns.workspaceId, workspaceId), isNotNull(codeRuns.serverId)));
    if (!open.some(({ id }) => id === run.id)) throw new AppError("call_cancelled");
    const holders = open.filter(({ holds }) => holds);
    const own = open.filter(
      (each) =>
        each.conversationId === conversationId && each.personId === personId && (each.holds || isBefore(each, run)),
    );
    if (own.length > 0) return { claimed: null, before: own.length };
    if (holders.length >= settings.concurrency) {
      return { claimed: null, before: 1 + open.filter((each) => !each.holds && isBefore(each, run)).length };
    }
    await tx.update(codeRuns).set({ holdsDirectory: true }).where(thisRun(run));
    return { claimed: settings };
  });
}

export const switchedOff = () =>
  new AppError("sandbox_off", { message: "An admin has switched off running code in this workspace." });

function isBefore(one: { id: string; createdAt: string }, other: { id: string; createdAt: string }): boolean {
  if (one.id === other.id) return false;
  return one.createdAt === other.createdAt ? one.id < other.id : one.createdAt < other.createdAt;
}
