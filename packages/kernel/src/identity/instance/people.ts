import type { InstancePerson } from "@mindmesh/contracts/instance";
import { type SQL, and, desc, eq, ilike, isNull, lt, or, sql } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import { containing, type Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { pageOfRows, requireRowCursor } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { linkTo, makeLinkToken, resetMinutes } from "../mails/mail-jobs.ts";
import { people } from "../schema.ts";
import { removeSecondFactor } from "../account/second-factor.ts";
import { endSessionsOf } from "../sign-in/session-tokens.ts";

/** A page of everybody with an account, newest first. @throws AppError invalid_fields for a foreign cursor */
export async function listPeople(
  { db }: Pick<Identity, "db">,
  query: { cursor?: string | undefined; limit: number; search?: string | undefined },
): Promise<{ items: InstancePerson[]; nextCursor: string | null }> {
  requireRowCursor(query.cursor);
  const pattern = query.search ? containing(query.search) : undefined;
  const conditions: (SQL | undefined)[] = [
    query.cursor === undefined ? undefined : lt(people.id, query.cursor),
    pattern === undefined ? undefined : or(ilike(people.name, pattern), ilike(people.email, pattern)),
  ];
  const rows = await db.system((tx) =>
    tx
      .select({
        person: people,
        hasSecondFactor: sql<boolean>`EXISTS (SELECT 1 FROM kernel.second_factors f
          WHERE f.person_id = ${people.id} AND f.confirmed_at IS NOT NULL)`,
        workspaces: sql<number>`(SELECT count(*)::int FROM kernel.members m WHERE m.person_id = ${people.id})`,
        lastSeenAt: sql<Date | null>`(SELECT max(last_used_at) FROM kernel.sessions s WHERE s.person_id = ${people.id})`,
      })
      .from(people)
      .where(and(...conditions))
      .orderBy(desc(people.id))
      .limit(query.limit + 1),
  );
  const all = rows.map(({ person, hasSecondFactor, workspaces, lastSeenAt }) => ({
    id: person.id,
    name: person.name,
    email: person.email,
    isInstanceOwner: person.isInstanceOwner,
    disabled: person.disabledAt !== null,
    hasSecondFactor,
    workspaces,
    createdAt: person.createdAt,
    lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
  }));
  return pageOfRows(all, query.limit);
}

/**
 * Locks an account: its devices and keys stop working at once, its data stays.
 * @throws AppError not_found; conflict for the owner of the server
 */
export async function disablePerson(
  { db, realtime }: Pick<Identity, "db" | "realtime">,
  personId: string,
  actor: Actor,
): Promise<void> {
  await db.system(async (tx) => {
    const person = await findPerson(tx, personId);
    if (person.isInstanceOwner) {
      throw new AppError("conflict", { message: "The owner of the server cannot be locked out of it." });
    }
    await tx
      .update(people)
      .set({ disabledAt: new Date().toISOString() })
      .where(and(eq(people.id, personId), isNull(people.disabledAt)));
    await endSessionsOf(tx, personId, "account_disabled");
    await audit(tx, actor, {
      workspaceId: null,
      action: "person.disabled",
      target: { kind: "person", id: personId },
    });
  });
  realtime.disconnect({ personId });
}

/** Opens a locked account again; its devices sign in anew. @throws AppError not_found */
export async function enablePerson({ db }: Pick<Identity, "db">, personId: string, actor: Actor): Promise<void> {
  await db.system(async (tx) => {
    await findPerson(tx, personId);
    await tx.update(people).set({ disabledAt: null }).where(eq(people.id, personId));
    await audit(tx, actor, {
      workspaceId: null,
      action: "person.enabled",
      target: { kind: "person", id: personId },
    });
  });
}

/** A link, to be handed over, with which the person sets a new password. @throws AppError not_found */
export async function makeResetLink(
  { db, publicUrl }: Pick<Identity, "db" | "publicUrl">,
  personId: string,
  actor: Actor,
): Promise<{ link: string; expiresAt: string }> {
  return db.system(async (tx) => {
    await findPerson(tx, personId);
    const token = await makeLinkToken(tx, "password_reset", personId, null);
    await audit(tx, actor, {
      workspaceId: null,
      action: "password.reset_link_made",
      target: { kind: "person", id: personId },
    });
    return {
      link: linkTo(publicUrl, "resetPassword", token),
      expiresAt: new Date(Date.now() + resetMinutes * 60_000).toISOString(),
    };
  });
}

/** Turns off the second factor of somebody who has lost it. @throws AppError not_found */
export async function clearSecondFactor(
  { db, mails }: Pick<Identity, "db" | "mails">,
  personId: string,
  actor: Actor,
): Promise<void> {
  await db.system(async (tx) => {
    await findPerson(tx, personId);
    if (await removeSecondFactor(tx, personId, actor)) await mails?.notice(tx, personId, "second_factor_removed");
  });
}

/** Makes somebody else the owner of the server. @throws AppError not_found, conflict for a locked account */
export async function handOverServer(
  { db }: Pick<Identity, "db">,
  from: string,
  to: string,
  actor: Actor,
): Promise<void> {
  await db.system(async (tx) => {
    const person = await findPerson(tx, to);
    if (person.disabledAt !== null) throw new AppError("conflict", { message: "This account is locked." });
    const [given] = await tx
      .update(people)
      .set({ isInstanceOwner: false })
      .where(and(eq(people.id, from), people.isInstanceOwner))
      .returning({ id: people.id });
    if (!given) throw new AppError("not_allowed");
    await tx.update(people).set({ isInstanceOwner: true }).where(eq(people.id, to));
    await audit(tx, actor, {
      workspaceId: null,
      action: "instance.handed_over",
      target: { kind: "person", id: to },
      details: { from },
    });
  });
}

async function findPerson(tx: Transaction, personId: string): Promise<typeof people.$inferSelect> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId)).for("update");
  if (!person) throw new AppError("not_found");
  return person;
}
