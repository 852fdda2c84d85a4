import { and, eq } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { people, providerIdentities, sessions } from "../schema.ts";
import { createPerson, findPersonByEmail, requireSignUpOpen, workspaceNameFor } from "../sign-in/sign-up.ts";
import { findByToken, join } from "../workspaces/accept-invitation.ts";
import { createWorkspace } from "../workspaces/workspaces.ts";
import type { Provider, ProviderProfile } from "./provider.ts";

type Person = typeof people.$inferSelect;

/**
 * Whose account a provider's profile opens. Known by issuer and subject; else by an address that both the provider and
 * we have verified; else a new account, where sign-up or an invitation allows one.
 * @throws AppError email_unverified, link_needed (an account has the address, but nobody proved that it is theirs),
 *   sign_up_closed, not_allowed (the invitation is for another address), link_expired, account_disabled
 */
export async function settleProfile(
  tx: Transaction,
  provider: Provider,
  profile: ProviderProfile,
  invitationToken: string | undefined,
  visitor: Actor,
): Promise<Person> {
  const invitation = invitationToken === undefined ? null : await findByToken(tx, invitationToken);
  const person =
    (await findLinked(tx, profile)) ?? (await findOrMake(tx, provider, profile, invitation !== null, visitor));
  if (person.disabledAt !== null) throw new AppError("account_disabled");
  if (invitation !== null) {
    if (invitation.email !== person.email) {
      throw new AppError("not_allowed", {
        message: `This invitation is for ${invitation.email}, and you came as ${person.email}.`,
      });
    }
    await join(tx, invitation, person.id, { ...visitor, personId: person.id });
  }
  return person;
}

async function findLinked(tx: Transaction, profile: ProviderProfile): Promise<Person | undefined> {
  const [row] = await tx
    .select({ person: people })
    .from(providerIdentities)
    .innerJoin(people, eq(people.id, providerIdentities.personId))
    .where(and(eq(providerIdentities.issuer, profile.issuer), eq(providerIdentities.subject, profile.subject)));
  return row?.person;
}

async function findOrMake(
  tx: Transaction,
  provider: Provider,
  profile: ProviderProfile,
  invited: boolean,
  visitor: Actor,
): Promise<Person> {
  const { email } = profile;
  if (email === null) throw new AppError("email_unverified");
  const existing = await findPersonByEmail(tx, email);
  if (existing) {
    // An address that was only typed at sign-up may belong to somebody else: linking would hand them this account.
    if (existing.emailVerifiedAt === null) throw new AppError("link_needed");
    await storeLink(tx, provider, profile, existing.id, { ...visitor, personId: existing.id });
    return existing;
  }
  const first = invited ? false : await requireSignUpOpen(tx);
  const name = (profile.name?.replaceAll(/\p{Cc}+/gu, " ").trim() || email.split("@")[0] || email).slice(0, 100);
  const person = await createPerson(
    tx,
    { email, name, passwordHash: null, emailVerified: true, isInstanceOwner: first },
    visitor,
  );
  const actor = { ...visitor, personId: person.id };
  if (!invited) await createWorkspace(tx, person.id, workspaceNameFor(name), actor);
  await storeLink(tx, provider, profile, person.id, actor);
  return person;
}

/**
 * Links a provider's profile to the account of a person who was signed in when they set out.
 * @throws AppError session_ended, already_exists when the profile belongs to another account or the account has
 *   another profile of this provider
 */
export async function linkProfile(
  tx: Transaction,
  provider: Provider,
  profile: ProviderProfile,
  owner: { personId: string; sessionId: string },
  actor: Actor,
): Promise<void> {
  const [session] = await tx
    .select({ endedAt: sessions.endedAt })
    .from(sessions)
    .where(and(eq(sessions.id, owner.sessionId), eq(sessions.personId, owner.personId)));
  if (!session || session.endedAt !== null) throw new AppError("session_ended");
  const linked = await findLinked(tx, profile);
  if (linked?.id === owner.personId) return;
  if (linked) {
    throw new AppError("already_exists", { message: `This ${provider.name} sign-in belongs to another account.` });
  }
  await storeLink(tx, provider, profile, owner.personId, actor);
}

async function storeLink(
  tx: Transaction,
  provider: Provider,
  profile: ProviderProfile,
  personId: string,
  actor: Actor,
): Promise<void> {
  const stored = await tx
    .insert(providerIdentities)
    .values({
      issuer: profile.issuer,
      subject: profile.subject,
      provider: provider.id,
      personId,
      email: profile.email,
    })
    .onConflictDoNothing()
    .returning({ subject: providerIdentities.subject });
  if (stored.length === 0) {
    throw new AppError("already_exists", {
      message: `The account is linked to another ${provider.name} sign-in. Remove that one first.`,
    });
  }
  await audit(tx, actor, {
    workspaceId: null,
    action: "provider.linked",
    target: { kind: "person", id: personId },
    details: { provider: provider.id },
  });
}

/** Removes a link. @throws AppError not_found, conflict when it is the only way into the account */
export async function unlinkProvider(
  tx: Transaction,
  personId: string,
  provider: Provider["id"],
  actor: Actor,
): Promise<void> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId)).for("update");
  const links = await tx.select().from(providerIdentities).where(eq(providerIdentities.personId, personId));
  if (!person || !links.some((link) => link.provider === provider)) throw new AppError("not_found");
  if (person.passwordHash === null && links.length === 1) {
    throw new AppError("conflict", { message: "This is the only way into your account. Set a password first." });
  }
  await tx
    .delete(providerIdentities)
    .where(and(eq(providerIdentities.personId, personId), eq(providerIdentities.provider, provider)));
  await audit(tx, actor, {
    workspaceId: null,
    action: "provider.unlinked",
    target: { kind: "person", id: personId },
    details: { provider },
  });
}
