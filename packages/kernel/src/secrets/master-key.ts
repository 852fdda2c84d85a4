import { hkdfSync, randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The secret that everything else is derived from: SECRET_KEY, or the 0600 file `secret.key` in the data directory,
 * made at the first start. Losing it makes stored provider keys unreadable and signs everybody out.
 */
export async function loadMasterKey(source: {
  SECRET_KEY?: string | undefined;
  dataDirectory: string;
}): Promise<string> {
  if (source.SECRET_KEY !== undefined) return source.SECRET_KEY;
  await mkdir(source.dataDirectory, { recursive: true });
  const path = join(source.dataDirectory, "secret.key");
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString("base64url")}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const key = (await readFile(path, "utf8")).trim();
  if (key.length < 32) throw new Error(`${path} is damaged: restore it from a backup, or delete it to make a new one`);
  return key;
}

/** A 32-byte key for one purpose, by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(masterKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", masterKey, "mindmesh", purpose, 32));
}
