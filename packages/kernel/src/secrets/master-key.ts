import { hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export interface MasterKeySource {
  SECRET_KEY?: string | undefined;
  /** The key that was used before; it only decrypts. */
  SECRET_KEY_PREVIOUS?: string | undefined;
  dataDirectory: string;
}

const shortestKey = 32;

async function readKeyFile(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return [];
  const keys = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0 || keys.some((key) => key.length < shortestKey)) {
    throw new Error(`${path} is damaged: restore it from a backup, or delete it to make a new one`);
  }
  return keys;
}

/** Written beside and then linked, so that servers that start at once agree on one complete file. */
async function makeKeyFile(directory: string, path: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString("base64url")}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

/**
 * The secrets that everything else is derived from, the current one first: SECRET_KEY, SECRET_KEY_PREVIOUS, then the
 * lines of `secret.key` in the data directory (its first line is current when there is no SECRET_KEY; to rotate, put a
 * new first line). The file, mode 0600, is made at the first start without SECRET_KEY. Losing all of them makes stored
 * provider keys unreadable and signs everybody out.
 */
export async function loadMasterKeys(source: MasterKeySource): Promise<[string, ...string[]]> {
  const path = join(source.dataDirectory, "secret.key");
  const previous = source.SECRET_KEY_PREVIOUS === undefined ? [] : [source.SECRET_KEY_PREVIOUS];
  if (source.SECRET_KEY !== undefined) return [source.SECRET_KEY, ...previous, ...(await readKeyFile(path))];
  if ((await readKeyFile(path)).length === 0) await makeKeyFile(source.dataDirectory, path);
  const [current, ...older] = await readKeyFile(path);
  if (current === undefined) throw new Error(`${path} could not be made`);
  return [current, ...older, ...previous];
}

/** The current secret alone; see `loadMasterKeys`. */
export async function loadMasterKey(source: MasterKeySource): Promise<string> {
  const [current] = await loadMasterKeys(source);
  return current;
}

/** A 32-byte key for one purpose, by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(masterKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", masterKey, "mindmesh", purpose, 32));
}
