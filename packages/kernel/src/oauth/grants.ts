import { type ConnectedProgram, type ProgramScope, programScopes } from "@mindmesh/contracts/oauth";
import { and, desc, eq, gt, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, audit } from "../audit/index.ts";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { Account } from "./account-id.ts";
import { type GrantRow, oauthClients, oauthGrants } from "./schema.ts";

/** After so long a program asks its person again, however often it was used. */
const grantDays = 365;

/** A scope with those that it includes, as OAuth writes them. */
export function scopesUpTo(scope: ProgramScope): ProgramScope[] {
  return programScopes.slice(0, programScopes.indexOf(scope) + 1);
}

/** The widest scope among words; null where none is ours. */
export function widestScope(words: Iterable<string>): ProgramScope | null {
  const asked = new Set(words);
  return programScopes.findLast((scope) => asked.has(scope)) ?? null;
}

/** The host that a client's metadata document was read from; null for a client that registered itself. */
export function hostOfClient(clientId: string): string | null {
  return clientId.startsWith("https://") ? (URL.parse(clientId)?.host ?? null) : null;
}

/** Writes down that a person lets a program into a workspace. Returns the id of the grant. */
export async function addGrant(
  tx: Transaction,
  account: Account,
  program: { clientId: string; clientName: string; resource: string; scope: ProgramScope },
  actor: Actor,
): Promise<string> {
  const id = uuidv7();
  const now = Date.now();
  await tx
    .update(oauthClients)
    .set({ lastUsedAt: new Date(now).toISOString() })
    .where(eq(oauthClients.id, program.clientId));
  await tx.insert(oauthGrants).values({
    ...account,
    ...program,
    id,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + grantDays * 86_400_000).toISOString(),
  });
  await audit(tx, actor, {
    workspaceId: account.workspaceId,
    action: "program.connected",
    target: { kind: "program", id },
    details: {
      personId: account.personId,
      client: program.clientName,
      clientId: program.clientId,
      scope: program.scope,
    },
  });
  return id;
}

/** What ended a grant, for the audit log. */
export type GrantEnd = "program.disconnected" | "program.token_revoked" | "program.token_reused";

/** Ends a grant: its tokens stop working at once. False when there was none. */
export async function endGrant(
  tx: Transaction,
  grant: { id: string; personId?: string },
  action: GrantEnd,
  actor: Actor,
): Promise<boolean> {
  const { id, personId } = grant;
  const [gone] = await tx
    .delete(oauthGrants)
    .where(and(eq(oauthGrants.id, id), personId === undefined ? undefined : eq(oauthGrants.personId, personId)))
    .returning();
  if (!gone) return false;
  await audit(tx, actor, {
    workspaceId: gone.workspaceId,
    action,
    target: { kind: "program", id },
    details: { personId: gone.personId, client: gone.clientName },
  });
  return true;
}

/** The programs that may act for a person, in any workspace, last connected first. */
export async function listPrograms(db: Database, personId: string): Promise<ConnectedProgram[]> {
  const rows = await db.system((tx) =>
    tx
      .select({
        grant: oauthGrants,
        workspaceName: sql<string>`(SELECT w.name FROM kernel.workspaces w WHERE w.id = ${oauthGrants.workspaceId})`,
      })
      .from(oauthGrants)
      .where(and(eq(oauthGrants.personId, personId), gt(oauthGrants.expiresAt, sql`now()`)))
      .orderBy(desc(oauthGrants.id)),
  );
  return rows.map(({ grant, workspaceName }) => shapeOf(grant, workspaceName));
}

function shapeOf(grant: GrantRow, workspaceName: string): ConnectedProgram {
  const { id, clientId, clientName, workspaceId, scope, createdAt, lastUsedAt } = grant;
  const workspace = { id: workspaceId, name: workspaceName };
  return { id, name: clientName, host: hostOfClient(clientId), workspace, scope, createdAt, lastUsedAt };
}

/** Disconnects one of the person's programs. @throws AppError not_found */
export async function disconnectProgram(db: Database, personId: string, id: string, actor: Actor): Promise<void> {
  const ended = await db.system((tx) => endGrant(tx, { id, personId }, "program.disconnected", actor));
  if (!ended) throw new AppError("not_found");
}
