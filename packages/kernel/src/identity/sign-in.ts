import type { signInBody } from "@mindmesh/contracts/identity";
import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { passwordFits } from "./passwords.ts";
import { people } from "./schema.ts";
import { type Device, type TokenPair, beginSession } from "./session-tokens.ts";

/**
 * Signs a device in.
 * @throws AppError wrong_credentials, the same and after the same work for an unknown address
 */
export async function signIn(
  db: Database,
  key: Uint8Array,
  input: z.output<typeof signInBody>,
  device: Device,
): Promise<TokenPair & { personId: string }> {
  const [person] = await db.system((tx) => tx.select().from(people).where(eq(people.email, input.email)));
  const fits = await passwordFits(person?.passwordHash, input.password);
  if (!person || !fits) throw new AppError("wrong_credentials");
  return db.system(async (tx) => ({ personId: person.id, ...(await beginSession(tx, key, person.id, device)) }));
}
