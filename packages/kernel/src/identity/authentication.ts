import type { Role } from "@mindmesh/contracts/identity";
import type { Scope } from "@mindmesh/contracts/route";
import type { Database } from "../db/index.ts";
import type { Caller, MemberCaller } from "../http/index.ts";
import { readAccessToken } from "./session-tokens.ts";

/** The parts of a request that can prove who calls. */
export interface Credentials {
  authorization?: string | undefined;
  accessCookie?: string | undefined;
}

const everyScope: ReadonlySet<Scope> = new Set(["read", "write", "admin"]);

/** Whoever the credentials prove, or null. A session that was ended is refused at once, not after 15 minutes. */
export async function authenticate(db: Database, key: Uint8Array, credentials: Credentials): Promise<Caller | null> {
  const bearer = credentials.authorization?.match(/^Bearer (.+)$/i)?.[1];
  const token = bearer ?? credentials.accessCookie;
  if (token === undefined) return null;
  const claims = await readAccessToken(key, token);
  if (claims === null) return null;
  const result = await db.pool.query<{ id: string; name: string; email: string; is_instance_owner: boolean }>({
    name: "identity.session",
    text: `SELECT p.id, p.name, p.email, p.is_instance_owner FROM kernel.sessions s
           JOIN kernel.people p ON p.id = s.person_id
           WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now()`,
    values: [claims.sessionId],
  });
  const row = result.rows[0];
  if (!row) return null;
  return {
    personId: row.id,
    name: row.name,
    email: row.email,
    isInstanceOwner: row.is_instance_owner,
    via: { kind: "session", sessionId: claims.sessionId },
    scopes: everyScope,
  };
}

/** The caller as a member of the workspace; null for a stranger. */
export async function memberOf(db: Database, caller: Caller, workspaceId: string): Promise<MemberCaller | null> {
  const result = await db.pool.query<{ role: Role }>({
    name: "identity.member",
    text: "SELECT role FROM kernel.members WHERE workspace_id = $1 AND person_id = $2",
    values: [workspaceId, caller.personId],
  });
  const row = result.rows[0];
  return row ? { ...caller, workspaceId, role: row.role } : null;
}
