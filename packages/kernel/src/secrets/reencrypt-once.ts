import { createHash } from "node:crypto";
import type { Database } from "../db/index.ts";
import { wrappingKey } from "./envelope.ts";
import type { Secrets } from "./secrets.ts";

/** Encrypts again what an older key encrypted. Returns how much that was. */
type Reencrypt = (db: Database, secrets: Secrets) => Promise<number>;

/**
 * Looks through everything that is encrypted after a change of keys, until it finds nothing of an older one: a server that
 * still ran with the old key may have written some meanwhile. With the same keys as then it does nothing.
 * @throws UndecipherableSecret when a key is missing that is still needed; then the next start tries again
 */
export async function reencryptOnce(
  db: Database,
  secrets: Secrets,
  masterKeys: readonly string[],
  all: Reencrypt[],
): Promise<void> {
  const ids = masterKeys.map((key) => wrappingKey(key).id.toString("hex"));
  const keys = createHash("sha256").update(ids.join(" ")).digest("hex");
  const { rows } = await db.pool.query<{ encrypted_by: string | null }>("SELECT encrypted_by FROM kernel.instance");
  if (rows[0]?.encrypted_by === keys) return;
  const counts = await Promise.all(all.map((reencrypt) => reencrypt(db, secrets)));
  if (counts.every((count) => count === 0)) await db.pool.query("UPDATE kernel.instance SET encrypted_by = $1", [keys]);
}
