import { eq } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type Caller, requireDevice } from "../../http/index.ts";
import { people, sessions } from "../schema.ts";
import { confirmationSubjects, countAttempt } from "../sign-in/attempts.ts";
import { passwordFits } from "../sign-in/passwords.ts";

/** An account without a password proves itself by a sign-in not older than this. */
const freshMilliseconds = 10 * 60_000;

/**
 * Makes sure, before something that cannot be undone or opens a way in, that the person at the keyboard is the one who
 * signed in.
 * @param password as typed again; accounts without a password need a fresh sign-in instead
 * @throws AppError invalid_fields (`password`), sign_in_again, locked_out after too many tries, device_required
 */
export async function confirmPerson(db: Database, caller: Caller, password: string | undefined): Promise<void> {
  const { sessionId } = requireDevice(caller);
  const [row] = await db.system((tx) =>
    tx
      .select({ passwordHash: people.passwordHash, signedInAt: sessions.createdAt })
      .from(people)
      .innerJoin(sessions, eq(sessions.id, sessionId))
      .where(eq(people.id, caller.personId)),
  );
  if (!row) throw new AppError("not_signed_in");
  const { passwordHash } = row;
  if (passwordHash === null) {
    if (Date.now() - Date.parse(row.signedInAt) > freshMilliseconds) throw new AppError("sign_in_again");
    return;
  }
  if (password === undefined || password === "") {
    throw new AppError("invalid_fields", { fields: { password: "Enter your password." } });
  }
  const fits = await countAttempt(db, confirmationSubjects(caller.personId), async () => {
    const right = await passwordFits(passwordHash, password);
    return { outcome: right ? "right" : "wrong", value: right };
  });
  if (!fits) throw new AppError("invalid_fields", { fields: { password: "Is not your password." } });
}
