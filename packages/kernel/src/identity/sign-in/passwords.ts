import { hash, verify } from "@node-rs/argon2";

// OWASP Password Storage Cheat Sheet (2025): argon2id, 19 MiB, 2 passes, 1 lane. Argon2id is the library's default.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** PHC string of the password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFC"), cost);
}

let decoy: Promise<string> | undefined;

/**
 * Whether the password fits. Without a hash (unknown address, account without a password) it does the same work and
 * answers false, so that the time of the answer tells nothing.
 */
export async function passwordFits(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword("no account has this password");
  const fits = await verify(passwordHash ?? (await decoy), password.normalize("NFC"));
  return fits && passwordHash !== null && passwordHash !== undefined;
}
