import type { invitationPreview } from "@mindmesh/contracts/identity";
import { and, eq, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type Caller, requireDevice } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { invitations, members, people, workspaces } from "../schema.ts";
import { hashOneTimeToken } from "../sign-in/one-time-token.ts";
import { hashPassword } from "../sign-in/passwords.ts";
import { type Device, type TokenPair, beginSession } from "../sign-in/session-tokens.ts";
import { createPerson, findPersonByEmail } from "../sign-in/sign-up.ts";
import { emitWorkspaceEvent } from "./events.ts";

type Row = typeof invitations.$inferSelect;

/** What an invitation offers, for whoever holds its token. @throws AppError link_expired */
export async function readInvitation(
  { db }: Pick<Identity, "db">,
  token: string,
): Promise<z.input<typeof invitationPreview>> {
  return db.system(async (tx) => {
    const invitation = await findByToken(tx, token);
    const [workspace] = await tx
      .select({ name: workspaces.name })
      .from(workspaces)
      .where(eq(workspaces.id, invitation.workspaceId));
    const [inviter] =
      invitation.invitedBy === null
        ? []
        : await tx.select({ name: people.name }).from(people).where(eq(people.id, invitation.invitedBy));
    return {
      workspaceName: workspace?.name ?? "",
      role: invitation.role,
      email: invitation.email,
      invitedBy: inviter?.name ?? "Somebody",
      expiresAt: invitation.expiresAt,
      hasAccount: (await findPersonByEmail(tx, invitation.email)) !== undefined,
    };
  });
}

/**
 * Joins the workspace of an invitation: as the signed-in person whom it names, or with a new account, which signs the
 * device in.
 * @returns `pair` for a new account
 * @throws AppError link_expired, not_signed_in (there is an account: sign in first), not_allowed (signed in with
 *   another address), invalid_fields (an account is to be made and name or password are missing)
 */
export async function acceptInvitation(
  { db, keys }: Pick<Identity, "db" | "keys">,
  caller: Caller | null,
  input: { token: string; account?: { name: string; password: string } | undefined },
  device: Device,
): Promise<{ personId: string; workspaceId: string; pair: TokenPair | null }> {
  if (caller !== null) requireDevice(caller);
  const passwordHash = caller === null && input.account ? await hashPassword(input.account.password) : null;
  return db.system(async (tx) => {
    const invitation = await findByToken(tx, input.token);
    const { workspaceId } = invitation;
    const visitor = { personId: null, ip: device.ip, requestId: device.requestId };
    if (caller !== null) {
      if (caller.email !== invitation.email) {
        throw new AppError("not_allowed", {
          message: `This invitation is for ${invitation.email}. Sign in with that address, or ask to be invited with yours.`,
        });
      }
      await join(tx, invitation, caller.personId, { ...visitor, personId: caller.personId });
      return { personId: caller.personId, workspaceId, pair: null };
    }
    if ((await findPersonByEmail(tx, invitation.email)) !== undefined) {
      throw new AppError("not_signed_in", { message: `Sign in as ${invitation.email} to accept the invitation.` });
    }
    if (!input.account || passwordHash === null) {
      throw new AppError("invalid_fields", { fields: { account: "Choose a name and a password." } });
    }
    const person = await createPerson(
      tx,
      {
        email: invitation.email,
        name: input.account.name,
        passwordHash,
        emailVerified: invitation.mailed,
        isInstanceOwner: false,
      },
      visitor,
    );
    await join(tx, invitation, person.id, { ...visitor, personId: person.id });
    return {
      personId: person.id,
      workspaceId,
      pair: await beginSession(tx, keys.access, person.id, device, "invitation"),
    };
  });
}

/** The invitation with a token, locked: it works once. @throws AppError link_expired */
export async function findByToken(tx: Transaction, token: string): Promise<Row> {
  const [row] = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.tokenHash, hashOneTimeToken(token)), gt(invitations.expiresAt, sql`now()`)))
    .for("update");
  if (!row) throw new AppError("link_expired");
  return row;
}

/** Makes the person a member and uses the invitation up. Who is a member already keeps their role. */
export async function join(tx: Transaction, invitation: Row, personId: string, actor: Actor): Promise<void> {
  const { workspaceId, role } = invitation;
  await tx.delete(invitations).where(and(eq(invitations.workspaceId, workspaceId), eq(invitations.id, invitation.id)));
  const joined = await tx
    .insert(members)
    .values({ workspaceId, personId, role })
    .onConflictDoNothing()
    .returning({ role: members.role });
  if (joined.length === 0) return;
  await audit(tx, actor, {
    workspaceId,
    action: "member.joined",
    target: { kind: "person", id: personId },
    details: { role, invitationId: invitation.id },
  });
  await emitWorkspaceEvent(tx, workspaceId, "workspace.member.changed", { personId, role }, personId);
}
