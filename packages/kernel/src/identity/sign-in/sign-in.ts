import type { signInBody } from "@mindmesh/contracts/identity";
import { eq } from "drizzle-orm";
import type { z } from "zod";
import { AppError } from "../../errors/index.ts";
import { checkSecondFactor } from "../account/second-factor.ts";
import type { Identity } from "../dependencies.ts";
import { people } from "../schema.ts";
import { type AttemptOutcome, countAttempt, signInSubjects } from "./attempts.ts";
import { readDeviceCookie } from "./device-cookie.ts";
import { passwordFits } from "./passwords.ts";
import { type Device, type TokenPair, beginSession } from "./session-tokens.ts";

type Result = { outcome: AttemptOutcome; value: { personId: string } | AppError };

/**
 * Signs a device in.
 * @param knownDevice the device cookie, if the request brought one
 * @throws AppError wrong_credentials (the same, after the same work, for an unknown address), second_factor_required,
 *   second_factor_wrong, account_disabled, locked_out
 */
export async function signIn(
  { db, keys, secrets }: Pick<Identity, "db" | "keys" | "secrets">,
  input: z.output<typeof signInBody>,
  device: Device,
  knownDevice: string | undefined,
): Promise<TokenPair & { personId: string }> {
  const [person] = await db.system((tx) => tx.select().from(people).where(eq(people.email, input.email)));
  const subjects = signInSubjects({
    email: input.email,
    ip: device.ip,
    knownDeviceId: await readDeviceCookie(keys.device, knownDevice, person?.id),
  });
  const value = await countAttempt(db, subjects, async (): Promise<Result> => {
    const fits = await passwordFits(person?.passwordHash, input.password);
    if (!person || !fits) return { outcome: "wrong", value: new AppError("wrong_credentials") };
    if (person.disabledAt !== null) return { outcome: "undecided", value: new AppError("account_disabled") };
    const factor = await checkSecondFactor(db, secrets, person.id, input.code);
    if (factor === "missing") return { outcome: "undecided", value: new AppError("second_factor_required") };
    if (factor === "wrong") return { outcome: "wrong", value: new AppError("second_factor_wrong") };
    return { outcome: "right", value: { personId: person.id } };
  });
  if (value instanceof AppError) throw value;
  const { personId } = value;
  return db.system(async (tx) => ({
    personId,
    ...(await beginSession(tx, keys.access, personId, device, "password")),
  }));
}
