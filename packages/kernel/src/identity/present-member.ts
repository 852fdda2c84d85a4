import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import type { Database } from "../db/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { scopesOf } from "./workspaces/api-key.ts";

/** Who asked for something, as far as a record of it says. */
export interface Asker {
  workspaceId: string;
  personId: string;
  keyId: string | null;
}

/**
 * The caller with the rights that they have now, for work that goes on after the request that began it: role, lock of
 * the account, and the key, if one was used. A device that has signed out since does not matter: the work is the
 * person's. Null when nothing is left.
 */
export async function presentMember(db: Database, caller: MemberCaller): Promise<MemberCaller | null> {
  const { via } = caller;
  const keyId = via.kind === "api_key" ? via.keyId : null;
  const row = await rightsNow(db, { ...caller, keyId }, via.kind === "program" ? via.grantId : null);
  if (row === null) return null;
  const { role, scopes } = row;
  if (via.kind === "session") return { ...caller, role };
  // A program's token may be good for less than what the person allowed.
  const held = via.kind === "program" ? new Set([...scopes].filter((each) => caller.scopes.has(each))) : scopes;
  return { ...caller, role, scopes: held };
}

/** The same for work that is taken up again from a record, when no request is left. */
export async function memberFromRecord(db: Database, asker: Asker): Promise<MemberCaller | null> {
  const row = await rightsNow(db, asker);
  if (row === null) return null;
  const { workspaceId, personId, keyId } = asker;
  const { role, scopes, name, email, isInstanceOwner } = row;
  // No device is behind it any more; the nil id names none.
  const via =
    keyId === null
      ? { kind: "session" as const, sessionId: "00000000-0000-0000-0000-000000000000" }
      : { kind: "api_key" as const, keyId, workspaceId };
  return { workspaceId, personId, name, email, isInstanceOwner, role, scopes, via };
}

async function rightsNow(db: Database, { workspaceId, personId, keyId }: Asker, grantId: string | null = null) {
  const result = await db.pool.query<{
    role: Role;
    scope: Scope | null;
    name: string;
    email: string;
    is_instance_owner: boolean;
  }>({
    name: "identity.present-member",
    text: `SELECT m.role, coalesce(k.scope, g.scope) AS scope, p.name, p.email, p.is_instance_owner
           FROM kernel.members m
           JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
           LEFT JOIN kernel.api_keys k ON k.id = $3 AND k.person_id = m.person_id AND k.workspace_id = m.workspace_id
             AND (k.expires_at IS NULL OR k.expires_at > now())
           LEFT JOIN kernel.oauth_grants g ON g.id = $4 AND g.person_id = m.person_id
             AND g.workspace_id = m.workspace_id AND g.expires_at > now()
           WHERE m.workspace_id = $1 AND m.person_id = $2`,
    values: [workspaceId, personId, keyId, grantId],
  });
  const row = result.rows[0];
  const bare = keyId === null && grantId === null;
  if (!row || (!bare && row.scope === null)) return null;
  const { role, name, email, is_instance_owner: isInstanceOwner } = row;
  return { role, name, email, isInstanceOwner, scopes: scopesOf(bare ? "admin" : (row.scope ?? "read")) };
}
