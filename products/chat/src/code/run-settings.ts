import { type RunSettings, runSettings, usualRunSettings } from "@mindmesh/contracts/runs";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { eq } from "drizzle-orm";
import { runSettingsTable } from "./schema.ts";

/** What applies to a run of the workspace that begins now. */
export async function runSettingsOf(tx: Transaction, workspaceId: string): Promise<RunSettings> {
  const [row] = await tx.select().from(runSettingsTable).where(eq(runSettingsTable.workspaceId, workspaceId));
  // A setting that this version does not know, or whose bounds are narrower now, falls back to the usual ones.
  const stored = runSettings.safeParse({ ...usualRunSettings, ...row?.settings });
  return stored.success ? stored.data : { ...usualRunSettings, enabled: row?.settings.enabled ?? true };
}

/** The workspace's settings for those who may change them. @throws AppError not_allowed */
export async function readRunSettings(db: Database, caller: MemberCaller) {
  requireRight(caller, "workspace.configure");
  const settings = await db.withWorkspace(tenantOf(caller), (tx) => runSettingsOf(tx, caller.workspaceId));
  return { settings, usual: usualRunSettings };
}

/** Stores settings and writes down what they were before. @throws AppError not_allowed */
export async function updateRunSettings(db: Database, caller: MemberCaller, actor: Actor, settings: RunSettings) {
  requireRight(caller, "workspace.configure");
  const { workspaceId, personId } = caller;
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const before = await runSettingsOf(tx, workspaceId);
    const row = { settings, updatedBy: personId, updatedAt: new Date().toISOString() };
    await tx
      .insert(runSettingsTable)
      .values({ workspaceId, ...row })
      .onConflictDoUpdate({ target: runSettingsTable.workspaceId, set: row });
    await audit(tx, actor, { workspaceId, action: "code.settings_changed", details: { before, after: settings } });
  });
  return { settings, usual: usualRunSettings };
}
