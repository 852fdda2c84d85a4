import type { AccountSecurity } from "@mindmesh/contracts/account";
import { asc, eq } from "drizzle-orm";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Providers } from "../providers/configured-providers.ts";
import { people, providerIdentities } from "../schema.ts";
import { readSecondFactor } from "./second-factor.ts";

/** How the account is secured, for its owner. */
export async function readSecurity(tx: Transaction, personId: string, providers: Providers): Promise<AccountSecurity> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId));
  if (!person) throw new AppError("not_signed_in");
  const links = await tx
    .select()
    .from(providerIdentities)
    .where(eq(providerIdentities.personId, personId))
    .orderBy(asc(providerIdentities.linkedAt));
  return {
    hasPassword: person.passwordHash !== null,
    secondFactor: await readSecondFactor(tx, personId),
    identities: links.map(({ provider, email, linkedAt }) => ({
      provider,
      name: providers.get(provider)?.name ?? provider,
      email,
      linkedAt,
    })),
    pendingEmail: person.pendingEmail,
  };
}
