import { eq } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import type { Secrets } from "../../secrets/index.ts";
import { secondFactors } from "../schema.ts";
import { secretContext } from "./second-factor.ts";

/**
 * Encrypts again what an older SECRET_KEY encrypted, after which the old one can be thrown away. Returns how many.
 * @throws UndecipherableSecret when a key is missing that is still needed
 */
export async function reencryptSecondFactors(db: Database, secrets: Secrets): Promise<number> {
  const rows = await db.system((tx) =>
    tx.select({ personId: secondFactors.personId, secret: secondFactors.secret }).from(secondFactors),
  );
  const outdated = rows.filter((row) => secrets.isOutdated(row.secret));
  for (const { personId } of outdated) {
    await db.system(async (tx) => {
      const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.personId, personId)).for("update");
      if (!row || !secrets.isOutdated(row.secret)) return;
      const context = secretContext(personId);
      const secret = secrets.encrypt(secrets.decrypt(row.secret, context), context);
      await tx.update(secondFactors).set({ secret }).where(eq(secondFactors.personId, personId));
    });
  }
  return outdated.length;
}
