import { type Role, rolesGivenBy } from "@mindmesh/contracts/permissions";
import type { Member } from "@mindmesh/contracts/workspaces";
import { and, asc, eq } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight } from "../../http/index.ts";
import { members, people } from "../schema.ts";
import { emitWorkspaceEvent } from "./events.ts";
import { currentRole, lockWorkspace, requireAnotherOwner } from "./lock-workspace.ts";

function selectMembers(tx: Transaction, workspaceId: string, personId?: string) {
  return tx
    .select({ id: people.id, name: people.name, email: people.email, role: members.role, joinedAt: members.joinedAt })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(
      and(eq(members.workspaceId, workspaceId), personId === undefined ? undefined : eq(members.personId, personId)),
    )
    .orderBy(asc(people.name), asc(people.id));
}

/** The people of a workspace by name. */
export function listMembers(db: Database, workspaceId: string): Promise<Member[]> {
  return db.system((tx) => selectMembers(tx, workspaceId));
}

/**
 * Gives a member another role.
 * @throws AppError not_allowed when the old or the new role is not the caller's to give; last_owner; not_found
 */
export async function changeRole(
  db: Database,
  caller: MemberCaller,
  personId: string,
  role: Role,
  actor: Actor,
): Promise<Member> {
  const { workspaceId } = caller;
  return db.system(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const from = await roleToChange(tx, caller, personId);
    requireGivable(await currentRole(tx, workspaceId, caller.personId), role);
    if (from === "owner" && role !== "owner") await requireAnotherOwner(tx, workspaceId, personId);
    await tx
      .update(members)
      .set({ role })
      .where(and(eq(members.workspaceId, workspaceId), eq(members.personId, personId)));
    const [member] = await selectMembers(tx, workspaceId, personId);
    if (!member) throw new AppError("not_found");
    if (from === role) return member;
    await audit(tx, actor, {
      workspaceId,
      action: "member.role_changed",
      target: { kind: "person", id: personId },
      details: { from, to: role },
    });
    await emitWorkspaceEvent(tx, workspaceId, "workspace.member.changed", { personId, role }, caller.personId);
    return member;
  });
}

/**
 * Removes somebody else from the workspace; their API keys for it go too.
 * @throws AppError not_allowed, last_owner, not_found
 */
export async function removeMember(db: Database, caller: MemberCaller, personId: string, actor: Actor): Promise<void> {
  await db.system(async (tx) => {
    await lockWorkspace(tx, caller.workspaceId);
    const role = await roleToChange(tx, caller, personId);
    await dropMember(tx, { workspaceId: caller.workspaceId, personId, role }, actor, "member.removed");
  });
}

/** The caller leaves the workspace. @throws AppError last_owner */
export async function leaveWorkspace(db: Database, caller: MemberCaller, actor: Actor): Promise<void> {
  const { workspaceId, personId } = caller;
  await db.system(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const role = await currentRole(tx, workspaceId, personId);
    await dropMember(tx, { workspaceId, personId, role }, actor, "member.left");
  });
}

/** Ends a membership, under the workspace's lock. @throws AppError last_owner */
export async function dropMember(
  tx: Transaction,
  member: { workspaceId: string; personId: string; role: Role },
  actor: Actor,
  action: "member.removed" | "member.left",
): Promise<void> {
  const { workspaceId, personId, role } = member;
  if (role === "owner") await requireAnotherOwner(tx, workspaceId, personId);
  await tx.delete(members).where(and(eq(members.workspaceId, workspaceId), eq(members.personId, personId)));
  await audit(tx, actor, { workspaceId, action, target: { kind: "person", id: personId }, details: { role } });
  await emitWorkspaceEvent(tx, workspaceId, "workspace.member.removed", { personId }, actor.personId);
}

/** The present role of a member whom the caller may change. The caller's own role is read anew, under the lock. */
async function roleToChange(tx: Transaction, caller: MemberCaller, personId: string): Promise<Role> {
  const own = await currentRole(tx, caller.workspaceId, caller.personId);
  requireRight({ role: own }, "members.manage");
  const role = await currentRole(tx, caller.workspaceId, personId);
  requireGivable(own, role);
  return role;
}

/** @throws AppError not_allowed when who has the role `own` may neither give nor take `role` */
export function requireGivable(own: Role, role: Role): void {
  if (!rolesGivenBy(own).includes(role)) {
    throw new AppError("not_allowed", { message: "Only an owner may make, change or remove an owner." });
  }
}
