import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { Outbound } from "../outbound/index.ts";
import type { Notifications } from "../realtime/index.ts";
import { type Secrets, UndecipherableSecret } from "../secrets/index.ts";
import type { Connection } from "./connection.ts";
import { type KeptSettings, keepSettings } from "./kept-settings.ts";
import { type ProviderKind } from "./providers/index.ts";
import { providerKeys } from "./schema.ts";

export type ProviderKeyRow = typeof providerKeys.$inferSelect;

/** What the envelope of a key is bound to. */
export function keyContext(row: { workspaceId: string; id: string }): string {
  return `kernel.provider_keys ${row.workspaceId} ${row.id}`;
}

/** The keys that the caller may use: their own before the workspace's, as row-level security shows them. */
export async function readProviderKeys(tx: Transaction, workspaceId: string): Promise<ProviderKeyRow[]> {
  return tx
    .select()
    .from(providerKeys)
    .where(eq(providerKeys.workspaceId, workspaceId))
    .orderBy(sql`${providerKeys.personId} IS NULL`, providerKeys.createdAt);
}

/** The caller's keys, encrypted as they are stored, so that not every call asks the database first. */
export function keepKeys<Value>(
  db: Database,
  notifications: Notifications | null,
  use: (rows: ProviderKeyRow[]) => Value,
): KeptSettings<Value> {
  return keepSettings(["provider_keys"], notifications, async (workspaceId, userId) =>
    use(await db.withWorkspace({ workspaceId, userId }, (tx) => readProviderKeys(tx, workspaceId))),
  );
}

/** Makes a stored key usable; it is decrypted when it is used, not before. */
export function keyConnection(
  row: ProviderKeyRow,
  secrets: Secrets,
  outbound: Outbound,
  baseUrls: Record<ProviderKind, string | null>,
): Connection | null {
  // An address that a person gave is walled; the others are the provider's own or the operator's choice.
  const baseUrl = row.baseUrl ?? baseUrls[row.kind];
  if (baseUrl === null) return null;
  return {
    provider: row.provider,
    kind: row.kind,
    label: row.label,
    source: row.personId === null ? "workspace" : "person",
    baseUrl,
    fetch: row.baseUrl === null ? outbound.trustedFetch : outbound.guardedFetch,
    readKey: () => (row.envelope === null ? null : revealKey(row, row.envelope, secrets)),
  };
}

function revealKey(row: ProviderKeyRow, envelope: Buffer, secrets: Secrets): string {
  try {
    return secrets.decrypt(envelope, keyContext(row));
  } catch (cause) {
    if (!(cause instanceof UndecipherableSecret)) throw cause;
    throw new AppError("model_failed", { message: `The key for ${row.label} cannot be read. ${cause.message}`, cause });
  }
}

/**
 * Encrypts again what an older SECRET_KEY encrypted, after which the old one can be thrown away. Returns how many.
 * @throws UndecipherableSecret when a key is missing that is still needed
 */
export async function reencryptProviderKeys(db: Database, secrets: Secrets): Promise<number> {
  return db.system(async (tx) => {
    const rows = await tx.select().from(providerKeys).for("update");
    const outdated = rows.filter((row) => row.envelope !== null && secrets.isOutdated(row.envelope));
    for (const row of outdated) {
      const key = secrets.decrypt(row.envelope ?? Buffer.alloc(0), keyContext(row));
      await tx
        .update(providerKeys)
        .set({ envelope: secrets.encrypt(key, keyContext(row)) })
        .where(sql`${providerKeys.workspaceId} = ${row.workspaceId} AND ${providerKeys.id} = ${row.id}`);
    }
    return outdated.length;
  });
}
