import type { Workspace } from "@mindmesh/contracts/identity";
import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, audit, forgetWorkspaceInAudit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight } from "../../http/index.ts";
import { members, workspaces } from "../schema.ts";
import { emitWorkspaceEvent } from "./events.ts";
import { lockWorkspace } from "./lock-workspace.ts";

/** Makes a workspace that the person owns. */
export async function createWorkspace(
  tx: Transaction,
  personId: string,
  name: string,
  actor: Actor,
): Promise<Workspace> {
  const id = uuidv7();
  const createdAt = new Date().toISOString();
  await tx.insert(workspaces).values({ id, name, createdAt });
  await tx.insert(members).values({ workspaceId: id, personId, role: "owner" });
  await audit(tx, actor, {
    workspaceId: id,
    action: "workspace.created",
    target: { kind: "workspace", id },
  });
  return { id, name, role: "owner", createdAt, eventSeq: 0 };
}

/** Renames the workspace of the caller. @throws AppError not_allowed */
export async function renameWorkspace(
  db: Database,
  caller: MemberCaller,
  name: string,
  actor: Actor,
): Promise<Workspace> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  return db.system(async (tx) => {
    const workspace = await lockWorkspace(tx, workspaceId);
    await tx.update(workspaces).set({ name }).where(eq(workspaces.id, workspaceId));
    await audit(tx, actor, {
      workspaceId,
      action: "workspace.renamed",
      target: { kind: "workspace", id: workspaceId },
      details: { from: workspace.name, to: name },
    });
    await emitWorkspaceEvent(tx, workspaceId, "workspace.changed", { id: workspaceId, name }, caller.personId);
    const head = await tx.execute<{ seq: string }>(
      sql`SELECT seq FROM kernel.event_heads WHERE workspace_id = ${workspaceId}`,
    );
    return { ...workspace, name, role: caller.role, eventSeq: Number(head.rows[0]?.seq ?? 0) };
  });
}

/** Removes what a product holds of a workspace, within the transaction that deletes it. */
export type ForgetWorkspace = (tx: Transaction, workspaceId: string) => Promise<void>;

/**
 * Deletes the workspace of the caller with everything in it.
 * @param typedName the workspace's name, typed to confirm
 * @throws AppError not_allowed, invalid_fields when the name is another
 */
export async function deleteWorkspace(
  db: Database,
  forget: ForgetWorkspace,
  caller: MemberCaller,
  typedName: string,
  actor: Actor,
): Promise<void> {
  requireRight(caller, "workspace.delete");
  await db.system(async (tx) => {
    const workspace = await lockWorkspace(tx, caller.workspaceId);
    if (typedName.trim() !== workspace.name) {
      throw new AppError("invalid_fields", { fields: { name: "Is not the name of this workspace." } });
    }
    await removeWorkspace(tx, forget, caller.workspaceId, actor);
  });
}

/** Deletes a workspace and tells so in the audit log of the server. */
export async function removeWorkspace(
  tx: Transaction,
  forget: ForgetWorkspace,
  workspaceId: string,
  actor: Actor,
): Promise<void> {
  await forget(tx, workspaceId);
  await tx.delete(workspaces).where(eq(workspaces.id, workspaceId));
  await forgetWorkspaceInAudit(tx, workspaceId);
  await audit(tx, actor, {
    workspaceId: null,
    action: "workspace.deleted",
    target: { kind: "workspace", id: workspaceId },
  });
}
