import type { ApiKey, newApiKeyBody } from "@mindmesh/contracts/workspaces";
import { roleMay } from "@mindmesh/contracts/permissions";
import { and, desc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { MemberCaller } from "../../http/index.ts";
import { apiKeys, people } from "../schema.ts";
import { formatApiKey, newApiKeySecret } from "./api-key.ts";

const keysAtMost = 50;

/** The caller's keys for the workspace; those of everybody for who may manage them. Newest first. */
export function listApiKeys(db: Database, caller: MemberCaller): Promise<ApiKey[]> {
  return db.system(async (tx) => {
    const rows = await tx
      .select({ key: apiKeys, personName: people.name })
      .from(apiKeys)
      .innerJoin(people, eq(people.id, apiKeys.personId))
      .where(
        and(
          eq(apiKeys.workspaceId, caller.workspaceId),
          roleMay(caller.role, "apiKeys.manage") ? undefined : eq(apiKeys.personId, caller.personId),
        ),
      )
      .orderBy(desc(apiKeys.id));
    return rows.map(({ key, personName }) => shapeOf(key, personName));
  });
}

/**
 * Makes a key that acts for a person within one workspace, as far as their role goes. The secret is given back here and
 * never again.
 * @throws AppError conflict when the person has fifty keys already
 */
export async function createApiKey(
  tx: Transaction,
  owner: { workspaceId: string; personId: string; name: string },
  input: z.output<typeof newApiKeyBody>,
  actor: Actor,
): Promise<{ key: ApiKey; secret: string }> {
  const { workspaceId, personId } = owner;
  const held = await tx
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.workspaceId, workspaceId), eq(apiKeys.personId, personId)));
  if (held.length >= keysAtMost) {
    throw new AppError("conflict", { message: `You have ${keysAtMost} keys here. Revoke one that is not used.` });
  }
  const { secret, secretHash, ending } = newApiKeySecret();
  const now = Date.now();
  const [row] = await tx
    .insert(apiKeys)
    .values({
      workspaceId,
      id: uuidv7(),
      personId,
      name: input.name,
      secretHash,
      ending,
      scope: input.scope,
      createdAt: new Date(now).toISOString(),
      expiresAt: input.expiresInDays === null ? null : new Date(now + input.expiresInDays * 86_400_000).toISOString(),
    })
    .returning();
  if (!row) throw new AppError("internal");
  await audit(tx, actor, {
    workspaceId,
    action: "api_key.created",
    target: { kind: "api_key", id: row.id },
    details: { personId, scope: row.scope, expiresAt: row.expiresAt },
  });
  return { key: shapeOf(row, owner.name), secret: formatApiKey(row.id, secret) };
}

/**
 * Revokes a key; the next request with it is refused.
 * @throws AppError not_found, also for a key of somebody else to who may not manage those
 */
export async function revokeApiKey(db: Database, caller: MemberCaller, keyId: string, actor: Actor): Promise<void> {
  await db.system(async (tx) => {
    const [row] = await tx
      .delete(apiKeys)
      .where(
        and(
          eq(apiKeys.workspaceId, caller.workspaceId),
          eq(apiKeys.id, keyId),
          roleMay(caller.role, "apiKeys.manage") ? undefined : eq(apiKeys.personId, caller.personId),
        ),
      )
      .returning();
    if (!row) throw new AppError("not_found");
    await audit(tx, actor, {
      workspaceId: caller.workspaceId,
      action: "api_key.revoked",
      target: { kind: "api_key", id: keyId },
      details: { personId: row.personId },
    });
  });
}

function shapeOf(row: typeof apiKeys.$inferSelect, personName: string): ApiKey {
  return {
    id: row.id,
    name: row.name,
    person: { id: row.personId, name: personName },
    scope: row.scope,
    ending: row.ending,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
  };
}
