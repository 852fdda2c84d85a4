import type { signUpBody } from "@mindmesh/contracts/identity";
import { eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Identity } from "../dependencies.ts";
import { instance, people } from "../schema.ts";
import { createWorkspace } from "../workspaces/workspaces.ts";
import { hashPassword } from "./passwords.ts";
import { type Device, type TokenPair, beginSession } from "./session-tokens.ts";

/**
 * Makes an account with a workspace of its own and signs the device in. The first person owns the server; later ones
 * need sign-up to be open.
 * @throws AppError sign_up_closed, already_exists
 */
export async function signUp(
  { db, keys }: Pick<Identity, "db" | "keys">,
  input: z.output<typeof signUpBody>,
  device: Device,
): Promise<TokenPair & { personId: string }> {
  const passwordHash = await hashPassword(input.password);
  return db.system(async (tx) => {
    const first = await requireSignUpOpen(tx);
    const person = await createPerson(
      tx,
      { email: input.email, name: input.name, passwordHash, emailVerified: false, isInstanceOwner: first },
      { personId: null, ip: device.ip, requestId: device.requestId },
    );
    const actor = { personId: person.id, ip: device.ip, requestId: device.requestId };
    await createWorkspace(tx, person.id, input.workspaceName ?? workspaceNameFor(input.name), actor);
    return { personId: person.id, ...(await beginSession(tx, keys.access, person.id, device, "sign_up")) };
  });
}

/**
 * Whether the next account is the first of the server. Holds a lock until the transaction ends: exactly one becomes
 * the owner.
 * @throws AppError sign_up_closed
 */
export async function requireSignUpOpen(tx: Transaction): Promise<boolean> {
  const [settings] = await tx.select().from(instance).for("update");
  const first = (await tx.select({ id: people.id }).from(people).limit(1)).length === 0;
  if (!first && !settings?.signUpOpen) throw new AppError("sign_up_closed");
  return first;
}

/** Makes an account, without any workspace. @throws AppError already_exists */
export async function createPerson(
  tx: Transaction,
  person: {
    email: string;
    name: string;
    passwordHash: string | null;
    emailVerified: boolean;
    isInstanceOwner: boolean;
  },
  actor: Actor,
): Promise<typeof people.$inferSelect> {
  const [row] = await tx
    .insert(people)
    .values({
      id: uuidv7(),
      email: person.email,
      name: person.name,
      passwordHash: person.passwordHash,
      isInstanceOwner: person.isInstanceOwner,
      emailVerifiedAt: person.emailVerified ? new Date().toISOString() : null,
    })
    .onConflictDoNothing({ target: people.email })
    .returning();
  if (!row) {
    throw new AppError("already_exists", { fields: { email: "An account with this address exists." } });
  }
  await audit(tx, actor.personId === null ? { ...actor, personId: row.id } : actor, {
    workspaceId: null,
    action: "person.created",
    target: { kind: "person", id: row.id },
  });
  return row;
}

/** The account with an address. */
export async function findPersonByEmail(
  tx: Transaction,
  email: string,
): Promise<typeof people.$inferSelect | undefined> {
  const [row] = await tx.select().from(people).where(eq(people.email, email));
  return row;
}

/** What a person's first workspace is called when they name none. */
export function workspaceNameFor(name: string): string {
  return `${name}'s workspace`.slice(0, 100);
}
