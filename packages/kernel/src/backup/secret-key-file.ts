import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { deriveKey } from "../secrets/index.ts";

const fileName = "secret.key";

/** The content of secret.key in the data directory, or null where there is none. */
export async function readSecretKeyFile(dataDirectory: string): Promise<string | null> {
  try {
    return await readFile(join(dataDirectory, fileName), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Replaces secret.key as a whole, readable by its owner alone. */
export async function writeSecretKeyFile(dataDirectory: string, keys: string[]): Promise<void> {
  await mkdir(dataDirectory, { recursive: true });
  const draft = join(dataDirectory, `${fileName}.${randomBytes(4).toString("hex")}`);
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${keys.join("\n")}\n`);
    await file.sync();
    await file.close();
    await rename(draft, join(dataDirectory, fileName));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

/** The keys in a secret.key, the current one first. */
export function keysIn(content: string | null): string[] {
  return (content ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Tells two secret keys apart without telling anything about them. */
export function secretKeyId(masterKey: string): string {
  return createHash("sha256").update(deriveKey(masterKey, "backup-id")).digest("hex").slice(0, 16);
}
