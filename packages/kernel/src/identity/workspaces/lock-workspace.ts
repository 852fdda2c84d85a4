import { and, eq, ne } from "drizzle-orm";
import type { Role } from "@mindmesh/contracts/permissions";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { members, workspaces } from "../schema.ts";

/**
 * The workspace, locked until the transaction ends: changes of its members take turns, so that two owners who leave at
 * once do not both pass.
 * @throws AppError not_found
 */
export async function lockWorkspace(tx: Transaction, workspaceId: string): Promise<typeof workspaces.$inferSelect> {
  const [workspace] = await tx.select().from(workspaces).where(eq(workspaces.id, workspaceId)).for("update");
  if (!workspace) throw new AppError("not_found");
  return workspace;
}

/** The role somebody has now, read under the lock. @throws AppError not_found */
export async function currentRole(tx: Transaction, workspaceId: string, personId: string): Promise<Role> {
  const [member] = await tx
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), eq(members.personId, personId)));
  if (!member) throw new AppError("not_found");
  return member.role;
}

/** @throws AppError last_owner when nobody but `personId` owns the workspace */
export async function requireAnotherOwner(tx: Transaction, workspaceId: string, personId: string): Promise<void> {
  const others = await tx
    .select({ id: members.personId })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), eq(members.role, "owner"), ne(members.personId, personId)))
    .limit(1);
  if (others.length === 0) throw new AppError("last_owner");
}
