import type { Role } from "@mindmesh/contracts/permissions";
import type { ProgramScope } from "@mindmesh/contracts/oauth";
import type { Database } from "../db/index.ts";
import type { Caller } from "../http/index.ts";
import { scopesUpTo, widestScope } from "./grants.ts";
import { hashOfToken } from "./stored-models.ts";

const form = /^[\w-]{43}$/;

/**
 * Whom a program's access token speaks for, with their role in the token's workspace; null for what is no such token,
 * was given for another resource, has run out, or whose grant, membership or person is gone.
 */
export async function callerOfToken(db: Database, resource: string, token: string): Promise<Caller | null> {
  if (!form.test(token)) return null;
  const result = await db.pool.query<{
    grant_id: string;
    person_id: string;
    name: string;
    email: string;
    workspace_id: string;
    role: Role;
    token_scope: string | null;
    scope: ProgramScope;
    unused: boolean;
  }>({
    name: "oauth.access-token",
    text: `SELECT g.id AS grant_id, g.person_id, p.name, p.email, g.workspace_id, m.role, g.scope,
                  t.payload->>'scope' AS token_scope,
                  coalesce(g.last_used_at < now() - interval '1 minute', true) AS unused
           FROM kernel.oauth_tokens t
           JOIN kernel.oauth_grants g ON g.id = t.grant_id AND g.expires_at > now()
           JOIN kernel.people p ON p.id = g.person_id AND p.disabled_at IS NULL
           JOIN kernel.members m ON m.workspace_id = g.workspace_id AND m.person_id = g.person_id
           WHERE t.token_hash = $1 AND t.kind = 'AccessToken' AND t.expires_at > now()
             AND t.payload->>'aud' = $2 AND g.resource = $2`,
    values: [hashOfToken(token), resource],
  });
  const row = result.rows[0];
  if (!row) return null;
  if (row.unused) {
    // As with keys: once a minute is enough for a list.
    await db.pool.query({
      name: "oauth.grant-used",
      text: `UPDATE kernel.oauth_grants SET last_used_at = now()
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
      values: [row.grant_id],
    });
  }
  // A program may ask for a token that can do less than it was allowed.
  const held = widestScope(row.token_scope?.split(" ") ?? []);
  const allowed = scopesUpTo(row.scope);
  return {
    personId: row.person_id,
    name: row.name,
    email: row.email,
    isInstanceOwner: false,
    via: { kind: "program", grantId: row.grant_id, workspaceId: row.workspace_id },
    scopes: new Set(held === null ? [] : scopesUpTo(held).filter((each) => allowed.includes(each))),
    membership: { workspaceId: row.workspace_id, role: row.role },
  };
}
