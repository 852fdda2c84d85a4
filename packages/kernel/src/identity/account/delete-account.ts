import { eq, inArray, ne, sql } from "drizzle-orm";
import { type Actor, audit, forgetPersonInAudit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Caller } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { members, people, workspaces } from "../schema.ts";
import { dropMember } from "../workspaces/members.ts";
import { removeWorkspace } from "../workspaces/workspaces.ts";
import { confirmPerson } from "./confirm-person.ts";
import { type PersonData, forgetWorkspaceIn } from "../../person-data/index.ts";

interface DeletionPlan {
  /** Nobody else is in them. */
  deletedWorkspaces: { id: string; name: string }[];
  /** Others are in them, and nobody else owns them. */
  blockingWorkspaces: { id: string; name: string }[];
  mustHandOverServer: boolean;
}

/** What deleting the account would do, and what stands in its way. */
export async function planDeletion(tx: Transaction, personId: string): Promise<DeletionPlan> {
  const rows = await tx
    .select({
      id: workspaces.id,
      name: workspaces.name,
      role: members.role,
      others: sql<number>`(SELECT count(*)::int FROM kernel.members o
        WHERE o.workspace_id = ${workspaces.id} AND o.person_id <> ${personId})`,
      otherOwners: sql<number>`(SELECT count(*)::int FROM kernel.members o
        WHERE o.workspace_id = ${workspaces.id} AND o.person_id <> ${personId} AND o.role = 'owner')`,
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(eq(members.personId, personId));
  const named = ({ id, name }: { id: string; name: string }) => ({ id, name });
  const [person] = await tx.select().from(people).where(eq(people.id, personId));
  const somebodyElse = await tx.select({ id: people.id }).from(people).where(ne(people.id, personId)).limit(1);
  return {
    deletedWorkspaces: rows.filter((row) => row.others === 0).map(named),
    blockingWorkspaces: rows
      .filter((row) => row.others > 0 && row.role === "owner" && row.otherOwners === 0)
      .map(named),
    mustHandOverServer: (person?.isInstanceOwner ?? false) && somebodyElse.length > 0,
  };
}

/**
 * Deletes the caller's account with everything that the kernel and the products hold of them. The audit log keeps
 * their id.
 * @param input.email the account's address, typed to confirm
 * @throws AppError as `confirmPerson`; invalid_fields; last_owner; conflict for the owner of the server
 */
export async function deleteAccount(
  { db, realtime }: Pick<Identity, "db" | "realtime">,
  parts: PersonData[],
  caller: Caller,
  input: { password?: string | undefined; email: string },
  actor: Actor,
): Promise<void> {
  await confirmPerson(db, caller, input.password);
  if (input.email !== caller.email) {
    throw new AppError("invalid_fields", { fields: { email: "Is not the address of your account." } });
  }
  const { personId } = caller;
  await db.system((tx) => removePerson(tx, parts, { personId, email: caller.email }, actor));
  realtime.disconnect({ personId });
}

/** Removes a person and their data. @throws AppError last_owner, conflict for the owner of a server with others on it */
async function removePerson(
  tx: Transaction,
  parts: PersonData[],
  person: { personId: string; email: string },
  actor: Actor,
): Promise<void> {
  const { personId } = person;
  // All workspaces of the person are locked, in one order, so that nobody joins or leaves while this is decided.
  const own = await tx
    .select({ workspaceId: members.workspaceId, role: members.role })
    .from(members)
    .where(eq(members.personId, personId));
  const ids = own.map(({ workspaceId }) => workspaceId);
  if (ids.length > 0) {
    await tx
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(inArray(workspaces.id, ids))
      .orderBy(workspaces.id)
      .for("update");
  }
  const plan = await planDeletion(tx, personId);
  if (plan.mustHandOverServer) {
    throw new AppError("conflict", { message: "You own this server. Make somebody else its owner first." });
  }
  if (plan.blockingWorkspaces.length > 0) {
    const names = plan.blockingWorkspaces.map(({ name }) => `"${name}"`).join(", ");
    throw new AppError("last_owner", {
      message: `You are the only owner of ${names}. Make somebody else an owner there, or delete it, first.`,
    });
  }
  const alone = new Set(plan.deletedWorkspaces.map(({ id }) => id));
  for (const workspaceId of alone) {
    await removeWorkspace(tx, (inside, id) => forgetWorkspaceIn(parts, inside, id), workspaceId, actor);
  }
  for (const part of parts) await part.forgetPerson(tx, personId);
  await forgetEvents(tx, personId);
  for (const { workspaceId, role } of own) {
    if (!alone.has(workspaceId)) await dropMember(tx, { workspaceId, personId, role }, actor, "member.left");
  }
  await tx.delete(people).where(eq(people.id, personId));
  await audit(tx, actor, {
    workspaceId: null,
    action: "person.deleted",
    target: { kind: "person", id: personId },
  });
  await forgetPersonInAudit(tx, person);
}

/** What the person caused or alone could see carries titles and names; devices that were away load everything anew. */
async function forgetEvents(tx: Transaction, personId: string): Promise<void> {
  await tx.execute(sql`DELETE FROM kernel.events WHERE audience_person_id = ${personId} OR actor_id = ${personId}`);
}
