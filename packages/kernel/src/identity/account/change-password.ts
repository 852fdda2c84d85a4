import { and, eq, gt, sql } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type Caller, requireDevice } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { linkTokens, people } from "../schema.ts";
import { liftAccountLock } from "../sign-in/attempts.ts";
import { hashOneTimeToken } from "../sign-in/one-time-token.ts";
import { hashPassword } from "../sign-in/passwords.ts";
import { endSessionsOf } from "../sign-in/session-tokens.ts";
import { confirmPerson } from "./confirm-person.ts";

/**
 * Gives the account another password, or its first one. Every other device is signed out.
 * @throws AppError as `confirmPerson`
 */
export async function changePassword(
  { db, realtime, mails }: Pick<Identity, "db" | "realtime" | "mails">,
  caller: Caller,
  input: { password?: string | undefined; newPassword: string },
  actor: Actor,
): Promise<void> {
  const { sessionId } = requireDevice(caller);
  await confirmPerson(db, caller, input.password);
  const passwordHash = await hashPassword(input.newPassword);
  const ended = await db.system(async (tx) => {
    const ids = await storePassword(tx, caller.personId, passwordHash, sessionId);
    await audit(tx, actor, {
      workspaceId: null,
      action: "password.changed",
      target: { kind: "person", id: caller.personId },
    });
    await mails?.notice(tx, caller.personId, "password_changed");
    return ids;
  });
  for (const id of ended) realtime.disconnect({ sessionId: id });
}

/**
 * Sends a link for a new password, if there is such an account. The answer and its time are the same if there is none.
 */
export async function forgotPassword({ db, mails }: Pick<Identity, "db" | "mails">, email: string): Promise<void> {
  if (mails === null) return;
  await db.system(async (tx) => {
    const [person] = await tx.select({ id: people.id }).from(people).where(eq(people.email, email));
    await mails.passwordReset(tx, person?.id ?? null);
  });
}

/**
 * Sets a new password with the token of a link. Every device is signed out; the second factor stays.
 * @throws AppError link_expired
 */
export async function resetPassword(
  { db, realtime, mails }: Pick<Identity, "db" | "realtime" | "mails">,
  input: { token: string; password: string },
  actor: Actor,
): Promise<void> {
  const passwordHash = await hashPassword(input.password);
  const done = await db.system(async (tx) => {
    const [link] = await tx
      .delete(linkTokens)
      .where(
        and(
          eq(linkTokens.tokenHash, hashOneTimeToken(input.token)),
          eq(linkTokens.purpose, "password_reset"),
          gt(linkTokens.expiresAt, sql`now()`),
        ),
      )
      .returning();
    if (!link) throw new AppError("link_expired");
    const [person] = await tx.select().from(people).where(eq(people.id, link.personId)).for("update");
    // The address has changed since the link was sent to the old one.
    if (!person || (link.email !== null && link.email !== person.email)) throw new AppError("link_expired");
    const ended = await storePassword(tx, person.id, passwordHash);
    if (link.email !== null && person.emailVerifiedAt === null) {
      await tx.update(people).set({ emailVerifiedAt: new Date().toISOString() }).where(eq(people.id, person.id));
    }
    await audit(
      tx,
      { ...actor, personId: person.id },
      { workspaceId: null, action: "password.reset", target: { kind: "person", id: person.id } },
    );
    await mails?.notice(tx, person.id, "password_changed");
    return { ended, email: person.email };
  });
  await liftAccountLock(db, done.email);
  for (const id of done.ended) realtime.disconnect({ sessionId: id });
}

/** Returns the ids of the sessions that ended. Links for a new password that were sent earlier stop working. */
async function storePassword(
  tx: Transaction,
  personId: string,
  passwordHash: string,
  keepSession?: string,
): Promise<string[]> {
  await tx.update(people).set({ passwordHash }).where(eq(people.id, personId));
  await tx.delete(linkTokens).where(and(eq(linkTokens.personId, personId), eq(linkTokens.purpose, "password_reset")));
  return endSessionsOf(tx, personId, "password_changed", keepSession);
}
