import { and, eq } from "drizzle-orm";
import { type Actor, audit } from "../audit/index.ts";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { type KeyDependencies, emitModelsChanged, mayConfigure } from "./add-provider-key.ts";
import { baseUrlsOf } from "./connection.ts";
import { type ProviderKeyRow, keyConnection } from "./provider-keys.ts";
import { providerKeys } from "./schema.ts";
import { testKey } from "./test-key.ts";

const isKey = (caller: MemberCaller, id: string) =>
  and(eq(providerKeys.workspaceId, caller.workspaceId), eq(providerKeys.id, id));

/** A key that the caller may change. @throws AppError not_found, not_allowed */
async function findKey(tx: Transaction, caller: MemberCaller, id: string): Promise<ProviderKeyRow> {
  const [row] = await tx.select().from(providerKeys).where(isKey(caller, id)).for("update");
  if (!row) throw new AppError("not_found");
  mayConfigure(caller, row.personId === null ? "workspace" : "person");
  return row;
}

/** Tests a stored key again and keeps what came of it. */
export async function retestProviderKey(
  { db, secrets, outbound, settings }: KeyDependencies,
  caller: MemberCaller,
  id: string,
): Promise<ProviderKeyRow> {
  const row = await db.withWorkspace(tenantOf(caller), (tx) => findKey(tx, caller, id));
  const connection = keyConnection(row, secrets, outbound, baseUrlsOf(settings));
  if (!connection) throw new AppError("not_found");
  const { baseUrl, fetch } = connection;
  const test = await testKey(row.kind, row.label, { baseUrl, fetch, apiKey: connection.readKey() });
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [tested] = await tx
      .update(providerKeys)
      .set({ testResult: test.result, testMessage: test.message, testedAt: new Date().toISOString() })
      .where(isKey(caller, id))
      .returning();
    if (!tested) throw new AppError("not_found");
    await emitModelsChanged(tx, caller, row.personId);
    return tested;
  });
}

/** Forgets a key; running answers end with it, new calls no longer find it. */
export async function deleteProviderKey(
  { db, forgetKeys }: KeyDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findKey(tx, caller, id);
    await tx.delete(providerKeys).where(isKey(caller, id));
    await audit(tx, actor, {
      workspaceId: row.workspaceId,
      action: "provider_key.deleted",
      target: { kind: "provider_key", id },
      details: { owner: row.personId === null ? "workspace" : "person", provider: row.provider },
    });
    await emitModelsChanged(tx, caller, row.personId);
  });
  forgetKeys(caller.workspaceId);
}
