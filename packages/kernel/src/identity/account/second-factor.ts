import { createHash, randomInt } from "node:crypto";
import { and, count, eq, isNull, lt, or } from "drizzle-orm";
import { Secret, TOTP } from "otpauth";
import { toString as drawQrCode } from "qrcode";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Secrets } from "../../secrets/index.ts";
import { recoveryCodes, secondFactors } from "../schema.ts";

type Cipher = Pick<Secrets, "encrypt" | "decrypt">;

const periodSeconds = 30;
const recoveryCodeCount = 10;
// Without I, L, O, U, which are misread or spell words (Crockford's base 32).
const recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The one-time passwords of RFC 6238 as every authenticator app knows them: SHA-1, six digits, 30 seconds. */
function totpOf(secret: string, account: string): TOTP {
  return new TOTP({
    issuer: "Mindmesh",
    label: account,
    algorithm: "SHA1",
    digits: 6,
    period: periodSeconds,
    secret: Secret.fromBase32(secret),
  });
}

export const secretContext = (personId: string) => `second_factors/${personId}`;

/**
 * Begins the set-up: a new secret, which asks for nothing before a first code has confirmed it.
 * @throws AppError conflict when a second factor is on
 */
export async function startSecondFactor(
  tx: Transaction,
  cipher: Cipher,
  person: { personId: string; email: string },
): Promise<{ secret: string; uri: string; qrCode: string }> {
  const { personId, email } = person;
  const secret = new Secret({ size: 20 }).base32;
  const values = { secret: cipher.encrypt(secret, secretContext(personId)), lastStep: null };
  const stored = await tx
    .insert(secondFactors)
    .values({ personId, ...values })
    .onConflictDoUpdate({ target: secondFactors.personId, set: values, setWhere: isNull(secondFactors.confirmedAt) })
    .returning({ personId: secondFactors.personId });
  if (stored.length === 0) {
    throw new AppError("conflict", { message: "Two-factor sign-in is on already. Turn it off first." });
  }
  const uri = totpOf(secret, email).toString();
  const svg = await drawQrCode(uri, { type: "svg", margin: 2, errorCorrectionLevel: "M" });
  return { secret, uri, qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}` };
}

/**
 * Turns the second factor on with its first code. Gives the recovery codes.
 * @throws AppError invalid_fields for a wrong code, conflict when no set-up waits
 */
export async function confirmSecondFactor(
  tx: Transaction,
  cipher: Cipher,
  personId: string,
  code: string,
  actor: Actor,
): Promise<string[]> {
  const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.personId, personId)).for("update");
  if (!row || row.confirmedAt !== null) {
    throw new AppError("conflict", { message: "There is no set-up that waits for a code. Begin it again." });
  }
  const step = acceptedStep(cipher.decrypt(row.secret, secretContext(personId)), compact(code));
  if (step === null) {
    throw new AppError("invalid_fields", {
      fields: { code: "Is not right. Check that the device's clock is, and take the next code." },
    });
  }
  await tx
    .update(secondFactors)
    .set({ confirmedAt: new Date().toISOString(), lastStep: step })
    .where(eq(secondFactors.personId, personId));
  await audit(tx, actor, {
    workspaceId: null,
    action: "second_factor.enabled",
    target: { kind: "person", id: personId },
  });
  return makeRecoveryCodes(tx, personId);
}

/** New recovery codes in place of the old ones. @throws AppError conflict when there is no second factor */
export async function regenerateRecoveryCodes(tx: Transaction, personId: string, actor: Actor): Promise<string[]> {
  const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.personId, personId)).for("update");
  if (!row || row.confirmedAt === null) {
    throw new AppError("conflict", { message: "Two-factor sign-in is off; there are no recovery codes." });
  }
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.personId, personId));
  await audit(tx, actor, {
    workspaceId: null,
    action: "second_factor.recovery_codes_made",
    target: { kind: "person", id: personId },
  });
  return makeRecoveryCodes(tx, personId);
}

/** Turns the second factor off. Returns whether it was on. */
export async function removeSecondFactor(tx: Transaction, personId: string, actor: Actor): Promise<boolean> {
  const [removed] = await tx.delete(secondFactors).where(eq(secondFactors.personId, personId)).returning();
  if (!removed || removed.confirmedAt === null) return false;
  await audit(tx, actor, {
    workspaceId: null,
    action: "second_factor.removed",
    target: { kind: "person", id: personId },
  });
  return true;
}

/**
 * Checks a code of the app or a recovery code, and uses it up: neither is accepted a second time.
 * `off`: the account has no second factor; `missing`: it has, and no code was given.
 */
export async function checkSecondFactor(
  db: Database,
  cipher: Cipher,
  personId: string,
  code: string | undefined,
): Promise<"off" | "missing" | "right" | "wrong"> {
  return db.system(async (tx) => {
    const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.personId, personId));
    if (!row || row.confirmedAt === null) return "off";
    if (code === undefined) return "missing";
    const typed = compact(code);
    const accepted = /^\d{6}$/.test(typed)
      ? await useStep(tx, personId, acceptedStep(cipher.decrypt(row.secret, secretContext(personId)), typed))
      : await useRecoveryCode(tx, personId, typed);
    return accepted ? "right" : "wrong";
  });
}

/** What the account's settings show of it; null when it is off. */
export async function readSecondFactor(
  tx: Transaction,
  personId: string,
): Promise<{ enabledAt: string; recoveryCodesLeft: number } | null> {
  const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.personId, personId));
  if (!row || row.confirmedAt === null) return null;
  const [left] = await tx.select({ count: count() }).from(recoveryCodes).where(eq(recoveryCodes.personId, personId));
  return { enabledAt: row.confirmedAt, recoveryCodesLeft: left?.count ?? 0 };
}

/** The time step that a code belongs to, one to either side allowed for clocks that differ; null when it is wrong. */
function acceptedStep(secret: string, code: string): number | null {
  const timestamp = Date.now();
  const delta = totpOf(secret, "").validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1000 / periodSeconds) + delta;
}

async function useStep(tx: Transaction, personId: string, step: number | null): Promise<boolean> {
  if (step === null) return false;
  const used = await tx
    .update(secondFactors)
    .set({ lastStep: step })
    .where(
      and(eq(secondFactors.personId, personId), or(isNull(secondFactors.lastStep), lt(secondFactors.lastStep, step))),
    )
    .returning({ personId: secondFactors.personId });
  return used.length > 0;
}

async function useRecoveryCode(tx: Transaction, personId: string, code: string): Promise<boolean> {
  const used = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.personId, personId), eq(recoveryCodes.codeHash, hashOf(code))))
    .returning({ personId: recoveryCodes.personId });
  return used.length > 0;
}

async function makeRecoveryCodes(tx: Transaction, personId: string): Promise<string[]> {
  // 80 random bits each: nothing to guess, and nothing that a slow hash would have to protect.
  const codes = Array.from({ length: recoveryCodeCount }, () =>
    Array.from({ length: 16 }, () => recoveryAlphabet[randomInt(recoveryAlphabet.length)]).join(""),
  );
  await tx.insert(recoveryCodes).values(codes.map((code) => ({ personId, codeHash: hashOf(code) })));
  return codes.map((code) => code.replaceAll(/(.{4})(?!$)/g, "$1-"));
}

/** As typed, without spaces and dashes, with letters that look like digits read as those. */
function compact(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

function hashOf(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}
