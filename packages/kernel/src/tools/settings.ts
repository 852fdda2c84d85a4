import { type ToolSettings, usualToolLimits } from "@mindmesh/contracts/tools";
import { eq, sql } from "drizzle-orm";
import { type Actor, audit } from "../audit/index.ts";
import type { Database, Transaction } from "../db/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../http/index.ts";
import { type Notifications, emitEvent } from "../realtime/index.ts";
import { toolSettings } from "./schema.ts";

type SettingsRow = typeof toolSettings.$inferSelect;

/** NOTIFY to all servers: what this workspace decided about tools has changed. */
const changedChannel = "mindmesh_tool_settings";

/** How long settings are believed should the message of a change have been lost, in milliseconds. */
const believedMs = 10_000;

/** What a workspace has decided about tools, as it stands in the database now. */
export async function readSettings(tx: Transaction, workspaceId: string): Promise<Omit<SettingsRow, "workspaceId">> {
  const [row] = await tx.select().from(toolSettings).where(eq(toolSettings.workspaceId, workspaceId));
  return row ?? { criticalApproval: "person", disabled: [], ...usualToolLimits };
}

/** The settings as the contract shows them. */
export function settingsShape(row: Omit<SettingsRow, "workspaceId">): ToolSettings {
  const { criticalApproval, steps, callsInStep, costUsd } = row;
  return { criticalApproval, limits: { steps, callsInStep, costUsd } };
}

/** Keeps the settings of workspaces in memory, since every call asks for them; a change reaches all servers at once. */
export function openSettings(db: Database, notifications: Notifications) {
  const kept = new Map<string, { at: number; row: Promise<Omit<SettingsRow, "workspaceId">> }>();
  notifications.on(changedChannel, (workspaceId) => void kept.delete(workspaceId));
  notifications.onReconnect(() => kept.clear());

  function of(workspaceId: string): Promise<Omit<SettingsRow, "workspaceId">> {
    const found = kept.get(workspaceId);
    if (found && Date.now() - found.at < believedMs) return found.row;
    const row = db.withWorkspace({ workspaceId }, (tx) => readSettings(tx, workspaceId));
    const entry = { at: Date.now(), row };
    kept.set(workspaceId, entry);
    row.catch(() => kept.get(workspaceId) === entry && kept.delete(workspaceId));
    return row;
  }

  async function changed(workspaceId: string): Promise<void> {
    kept.delete(workspaceId);
    await notifications.notify(changedChannel, workspaceId);
  }

  return {
    of,
    /** @throws AppError not_allowed */
    async change(caller: MemberCaller, actor: Actor, settings: ToolSettings): Promise<ToolSettings> {
      requireRight(caller, "tools.manage");
      const { workspaceId } = caller;
      const values = { criticalApproval: settings.criticalApproval, ...settings.limits };
      await db.withWorkspace(tenantOf(caller), async (tx) => {
        const before = settingsShape(await readSettings(tx, workspaceId));
        await tx
          .insert(toolSettings)
          .values({ workspaceId, ...values })
          .onConflictDoUpdate({ target: toolSettings.workspaceId, set: values });
        await audit(tx, actor, { workspaceId, action: "tool_settings.changed", details: { before, after: settings } });
        await emitEvent(tx, { workspaceId, type: "tools.settings.changed", payload: {}, actorId: caller.personId });
      });
      await changed(workspaceId);
      return settings;
    },
    /** Switches a tool on or off for everybody. @throws AppError not_allowed */
    async switchTool(caller: MemberCaller, actor: Actor, tool: string, enabled: boolean): Promise<void> {
      requireRight(caller, "tools.manage");
      const { workspaceId } = caller;
      await db.withWorkspace(tenantOf(caller), async (tx) => {
        const disabled = enabled
          ? sql`array_remove(${toolSettings.disabled}, ${tool})`
          : sql`array_append(array_remove(${toolSettings.disabled}, ${tool}), ${tool})`;
        await tx
          .insert(toolSettings)
          .values({ workspaceId, disabled: enabled ? [] : [tool] })
          .onConflictDoUpdate({ target: toolSettings.workspaceId, set: { disabled } });
        const action = enabled ? "tool.switched_on" : "tool.switched_off";
        await audit(tx, actor, { workspaceId, action, target: { kind: "tool", id: tool } });
        await emitEvent(tx, { workspaceId, type: "tools.settings.changed", payload: {}, actorId: caller.personId });
      });
      await changed(workspaceId);
    },
  };
}
