import { and, eq, gt, ne, sql } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import { type Transaction, databaseErrorIn } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Caller } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { linkTokens, people } from "../schema.ts";
import { hashOneTimeToken } from "../sign-in/one-time-token.ts";
import { confirmPerson } from "./confirm-person.ts";

/**
 * Gives the account another address: at once where the server cannot send e-mail, otherwise once a link that is sent to
 * the new address has been opened.
 * @throws AppError as `confirmPerson`; already_exists
 */
export async function changeEmail(
  { db, mails }: Pick<Identity, "db" | "mails">,
  caller: Caller,
  input: { password?: string | undefined; email: string },
  actor: Actor,
): Promise<"changed" | "confirmation_sent"> {
  await confirmPerson(db, caller, input.password);
  const { personId } = caller;
  return db.system(async (tx) => {
    await requireFreeAddress(tx, input.email, personId);
    if (mails === null) {
      await storeEmail(tx, personId, input.email, { verified: false }, actor);
      return "changed";
    }
    // To the present address, before it changes: it might be somebody else who asks.
    await mails.notice(tx, personId, "email_change_requested");
    await tx.update(people).set({ pendingEmail: input.email }).where(eq(people.id, personId));
    await mails.emailChange(tx, personId);
    await audit(tx, actor, {
      workspaceId: null,
      action: "email.change_requested",
      target: { kind: "person", id: personId },
    });
    return "confirmation_sent";
  });
}

/** Finishes a change of address with the token of the link. @throws AppError link_expired, already_exists */
export async function confirmEmail(
  { db }: Pick<Identity, "db">,
  token: string,
  actor: Actor,
): Promise<{ email: string }> {
  return db.system(async (tx) => {
    const [link] = await tx
      .delete(linkTokens)
      .where(
        and(
          eq(linkTokens.tokenHash, hashOneTimeToken(token)),
          eq(linkTokens.purpose, "email_change"),
          gt(linkTokens.expiresAt, sql`now()`),
        ),
      )
      .returning();
    if (!link || link.email === null) throw new AppError("link_expired");
    const [person] = await tx.select().from(people).where(eq(people.id, link.personId)).for("update");
    if (!person || person.pendingEmail !== link.email) throw new AppError("link_expired");
    await requireFreeAddress(tx, link.email, person.id);
    await storeEmail(tx, person.id, link.email, { verified: true }, { ...actor, personId: person.id });
    return { email: link.email };
  });
}

async function requireFreeAddress(tx: Transaction, email: string, personId: string): Promise<void> {
  const [taken] = await tx
    .select({ id: people.id })
    .from(people)
    .where(and(eq(people.email, email), ne(people.id, personId)));
  if (taken) throw addressTaken();
}

function addressTaken(cause?: unknown): AppError {
  return new AppError("already_exists", { fields: { email: "An account with this address exists." }, cause });
}

async function storeEmail(
  tx: Transaction,
  personId: string,
  email: string,
  { verified }: { verified: boolean },
  actor: Actor,
): Promise<void> {
  try {
    await tx
      .update(people)
      .set({ email, pendingEmail: null, emailVerifiedAt: verified ? new Date().toISOString() : null })
      .where(eq(people.id, personId));
  } catch (error) {
    // Somebody took the address between the check and now.
    if (databaseErrorIn(error)?.code === "23505") throw addressTaken(error);
    throw error;
  }
  // Links that were sent to the old address open nothing any more.
  await tx.delete(linkTokens).where(eq(linkTokens.personId, personId));
  await audit(tx, actor, {
    workspaceId: null,
    action: "email.changed",
    target: { kind: "person", id: personId },
  });
}
