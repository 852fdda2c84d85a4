import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import type { Database } from "../db/index.ts";
import type { Caller, MemberCaller } from "../http/index.ts";
import { type CallerOfKey, readCallerOfKey } from "./caller-of-key.ts";
import { parseApiKey } from "./workspaces/api-key.ts";
import { readAccessToken } from "./sign-in/session-tokens.ts";

/** The parts of a request that can prove who calls. */
export interface Credentials {
  authorization?: string | undefined;
  accessCookie?: string | undefined;
}

const everyScope: ReadonlySet<Scope> = new Set(["read", "write", "admin"]);

/**
 * Whoever the credentials prove, or null; with `workspaceId` also their role there, in the same query. The database is
 * asked every time: what was ended, revoked or locked is refused at once, not when a token runs out.
 * @param callerOfKey whose an API key is, if that is kept (`keepApiKeys`)
 */
export async function authenticate(
  db: Database,
  key: Uint8Array,
  credentials: Credentials,
  workspaceId?: string,
  callerOfKey: CallerOfKey = (apiKey) => readCallerOfKey(db, apiKey),
): Promise<Caller | null> {
  const bearer = credentials.authorization?.match(/^Bearer (.+)$/i)?.[1];
  const token = bearer ?? credentials.accessCookie;
  if (token === undefined) return null;
  const apiKey = bearer === undefined ? null : parseApiKey(bearer);
  if (apiKey !== null) return callerOfKey(apiKey);
  const claims = await readAccessToken(key, token);
  return claims === null ? null : callerOfSession(db, claims.sessionId, workspaceId);
}

async function callerOfSession(db: Database, sessionId: string, workspaceId?: string): Promise<Caller | null> {
  const result = await db.pool.query<{
    id: string;
    name: string;
    email: string;
    is_instance_owner: boolean;
    role: Role | null;
  }>({
    name: "identity.session",
    text: `SELECT p.id, p.name, p.email, p.is_instance_owner, m.role
           FROM kernel.sessions s
           JOIN kernel.people p ON p.id = s.person_id
           LEFT JOIN kernel.members m ON m.workspace_id = $2 AND m.person_id = s.person_id
           WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND p.disabled_at IS NULL`,
    values: [sessionId, workspaceId ?? null],
  });
  const row = result.rows[0];
  if (!row) return null;
  return {
    personId: row.id,
    name: row.name,
    email: row.email,
    isInstanceOwner: row.is_instance_owner,
    via: { kind: "session", sessionId },
    scopes: everyScope,
    ...(workspaceId !== undefined && row.role !== null && { membership: { workspaceId, role: row.role } }),
  };
}

/** The caller as a member of the workspace; null for a stranger, and for a key of another workspace. */
export async function memberOf(db: Database, caller: Caller, workspaceId: string): Promise<MemberCaller | null> {
  if (caller.via.kind !== "session" && caller.via.workspaceId !== workspaceId) return null;
  if (caller.membership?.workspaceId === workspaceId) {
    return { ...caller, workspaceId, role: caller.membership.role };
  }
  const result = await db.pool.query<{ role: Role }>({
    name: "identity.member",
    text: "SELECT role FROM kernel.members WHERE workspace_id = $1 AND person_id = $2",
    values: [workspaceId, caller.personId],
  });
  const row = result.rows[0];
  return row ? { ...caller, workspaceId, role: row.role } : null;
}
