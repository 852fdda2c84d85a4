import type { Role } from "@mindmesh/contracts/permissions";
import type { Invitation } from "@mindmesh/contracts/workspaces";
import { and, desc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { invitationDays, linkTo } from "../mails/mail-jobs.ts";
import { invitations, members, people } from "../schema.ts";
import { newOneTimeToken } from "../sign-in/one-time-token.ts";
import { emitWorkspaceEvent } from "./events.ts";
import { currentRole, lockWorkspace } from "./lock-workspace.ts";
import { requireGivable } from "./members.ts";

type Row = typeof invitations.$inferSelect;
type Sent = { invitation: Invitation; link: string | null };
type Inviting = Pick<Identity, "db" | "mails" | "publicUrl">;

const expiry = () => new Date(Date.now() + invitationDays * 86_400_000).toISOString();

/** Invitations that wait, newest first. @throws AppError not_allowed */
export async function listInvitations({ db }: Pick<Identity, "db">, caller: MemberCaller): Promise<Invitation[]> {
  requireRight(caller, "members.manage");
  const rows = await db.system((tx) =>
    tx
      .select({ row: invitations, inviter: people.name })
      .from(invitations)
      .leftJoin(people, eq(people.id, invitations.invitedBy))
      .where(eq(invitations.workspaceId, caller.workspaceId))
      .orderBy(desc(invitations.createdAt), desc(invitations.id)),
  );
  return rows.map(({ row, inviter }) => shapeOf(row, inviter));
}

/**
 * Invites an address into the caller's workspace: by e-mail, or, where the server cannot send any, by a link to copy.
 * @throws AppError not_allowed, already_exists for a member or an address that was invited already
 */
export async function invite(
  inviting: Inviting,
  caller: MemberCaller,
  input: { email: string; role: Role },
  actor: Actor,
): Promise<Sent> {
  const { workspaceId } = caller;
  return inviting.db.system(async (tx) => {
    await requireInviter(tx, caller, input.role);
    await requireStranger(tx, workspaceId, input.email);
    const { link, values } = prepareToken(inviting);
    const [row] = await tx
      .insert(invitations)
      .values({ workspaceId, id: uuidv7(), ...input, ...values, invitedBy: caller.personId, expiresAt: expiry() })
      .onConflictDoNothing({ target: [invitations.workspaceId, invitations.email] })
      .returning();
    if (!row) {
      throw new AppError("already_exists", { fields: { email: "Has been invited already. Send it again instead." } });
    }
    return announce(inviting, tx, caller, row, link, actor, "invitation.created");
  });
}

/** Sends an invitation again, with a new link and a new term. @throws AppError not_allowed, not_found */
export async function resendInvitation(
  inviting: Inviting,
  caller: MemberCaller,
  invitationId: string,
  actor: Actor,
): Promise<Sent> {
  return inviting.db.system(async (tx) => {
    const existing = await findInvitation(tx, caller, invitationId);
    await requireInviter(tx, caller, existing.role);
    const { link, values } = prepareToken(inviting);
    const [row] = await tx
      .update(invitations)
      .set({ ...values, expiresAt: expiry() })
      .where(and(eq(invitations.workspaceId, caller.workspaceId), eq(invitations.id, invitationId)))
      .returning();
    if (!row) throw new AppError("not_found");
    return announce(inviting, tx, caller, row, link, actor, "invitation.resent");
  });
}

/** Takes an invitation back; its link opens nothing any more. @throws AppError not_allowed, not_found */
export async function revokeInvitation(
  { db }: Pick<Identity, "db">,
  caller: MemberCaller,
  invitationId: string,
  actor: Actor,
): Promise<void> {
  const { workspaceId } = caller;
  await db.system(async (tx) => {
    const existing = await findInvitation(tx, caller, invitationId);
    await requireInviter(tx, caller, existing.role);
    await tx.delete(invitations).where(and(eq(invitations.workspaceId, workspaceId), eq(invitations.id, invitationId)));
    await audit(tx, actor, {
      workspaceId,
      action: "invitation.revoked",
      target: { kind: "invitation", id: invitationId },
      details: { email: existing.email },
    });
    await emitWorkspaceEvent(tx, workspaceId, "workspace.invitations.changed", {}, caller.personId);
  });
}

/** @throws AppError not_allowed unless the caller, as they are now, may give the role */
async function requireInviter(tx: Transaction, caller: MemberCaller, role: Role): Promise<void> {
  await lockWorkspace(tx, caller.workspaceId);
  const own = await currentRole(tx, caller.workspaceId, caller.personId);
  requireRight({ role: own }, "members.manage");
  requireGivable(own, role);
}

async function requireStranger(tx: Transaction, workspaceId: string, email: string): Promise<void> {
  const [member] = await tx
    .select({ id: people.id })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.workspaceId, workspaceId), eq(people.email, email)));
  if (member) throw new AppError("already_exists", { fields: { email: "Is in this workspace already." } });
}

async function findInvitation(tx: Transaction, caller: MemberCaller, invitationId: string): Promise<Row> {
  requireRight(caller, "members.manage");
  const [row] = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.workspaceId, caller.workspaceId), eq(invitations.id, invitationId)));
  if (!row) throw new AppError("not_found");
  return row;
}

/** With e-mail the token is made when the message is sent; without, now, for the link to copy. */
function prepareToken({ mails, publicUrl }: Inviting): {
  link: string | null;
  values: { tokenHash: Buffer | null; mailed: boolean };
} {
  if (mails !== null) return { link: null, values: { tokenHash: null, mailed: true } };
  const { token, tokenHash } = newOneTimeToken();
  return { link: linkTo(publicUrl, "invitation", token), values: { tokenHash, mailed: false } };
}

async function announce(
  { mails }: Inviting,
  tx: Transaction,
  caller: MemberCaller,
  row: Row,
  link: string | null,
  actor: Actor,
  action: "invitation.created" | "invitation.resent",
): Promise<Sent> {
  const { workspaceId } = caller;
  await mails?.invitation(tx, { workspaceId, invitationId: row.id });
  await audit(tx, actor, {
    workspaceId,
    action,
    target: { kind: "invitation", id: row.id },
    details: { email: row.email, role: row.role },
  });
  await emitWorkspaceEvent(tx, workspaceId, "workspace.invitations.changed", {}, caller.personId);
  return { invitation: shapeOf(row, caller.name), link };
}

function shapeOf(row: Row, inviterName: string | null): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    invitedBy: row.invitedBy === null || inviterName === null ? null : { id: row.invitedBy, name: inviterName },
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    expired: Date.parse(row.expiresAt) <= Date.now(),
  };
}
