import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import type { Database } from "../db/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { scopesOf } from "./workspaces/api-key.ts";

/**
 * The caller with the rights that they have now, for work that goes on after the request that began it: role, lock of
 * the account, and the key, if one was used. A device that has signed out since does not matter: the work is the
 * person's. Null when nothing is left.
 */
export async function presentMember(db: Database, caller: MemberCaller): Promise<MemberCaller | null> {
  const keyId = caller.via.kind === "api_key" ? caller.via.keyId : null;
  const result = await db.pool.query<{ role: Role; scope: Scope | null }>({
    name: "identity.present-member",
    text: `SELECT m.role, k.scope
           FROM kernel.members m
           JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
           LEFT JOIN kernel.api_keys k ON k.id = $3 AND k.person_id = m.person_id AND k.workspace_id = m.workspace_id
             AND (k.expires_at IS NULL OR k.expires_at > now())
           WHERE m.workspace_id = $1 AND m.person_id = $2`,
    values: [caller.workspaceId, caller.personId, keyId],
  });
  const row = result.rows[0];
  if (!row) return null;
  if (keyId === null) return { ...caller, role: row.role };
  return row.scope === null ? null : { ...caller, role: row.role, scopes: scopesOf(row.scope) };
}
