import { roleMay } from "@mindmesh/contracts/permissions";
import type { SandboxDescription } from "@mindmesh/contracts/runs";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { switchedOff } from "./claim-run.ts";
import { runSettingsOf } from "./run-settings.ts";
import type { SandboxAccess } from "./sandbox-access.ts";

/** What runs code here and how well it is walled in, with what applies to a new run in the workspace. */
export async function describeSandbox(
  { db, sandbox }: { db: Database; sandbox: SandboxAccess },
  caller: MemberCaller,
): Promise<SandboxDescription> {
  const settings = await db.withWorkspace(tenantOf(caller), (tx) => runSettingsOf(tx, caller.workspaceId));
  const { limits, hosts } = settings;
  const found = sandbox.describe();
  const common = { limits, hosts, allowed: roleMay(caller.role, "code.run") };
  const nothing = { driver: null, guards: [], gaps: [], languages: [], running: 0, waiting: 0, ...common };
  if (found === null) return { ...nothing, state: "starting", reason: null };
  const reason = settings.enabled ? (found.reason ?? null) : switchedOff().message;
  const off = !settings.enabled || found.driver === null;
  return { ...nothing, ...found, ...common, state: off ? "off" : "ready", reason: off ? reason : null };
}
