import type { Transaction } from "@mindmesh/kernel/db";
import { findPersonByEmail } from "@mindmesh/kernel/identity";
import { CommandError } from "./command-error.ts";

/**
 * The person with an address, or the owner of the server where none is given; null on a server without people.
 * @throws CommandError when nobody has the address
 */
export async function personOf(
  tx: Transaction,
  email: string | undefined,
): Promise<{ id: string; email: string; name: string } | null> {
  if (email === undefined) {
    const { rows } = await tx.client.query<{ id: string; email: string; name: string }>(
      "SELECT id, email, name FROM kernel.people ORDER BY is_instance_owner DESC, created_at LIMIT 1",
    );
    return rows[0] ?? null;
  }
  const person = await findPersonByEmail(tx, email.trim().toLowerCase());
  if (!person) throw new CommandError(`Nobody has the address ${email}. Make an account with: user create`);
  return person;
}
