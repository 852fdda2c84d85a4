import { asc, eq } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { apiKeys, invitations, members, people, providerIdentities, sessions, workspaces } from "../schema.ts";
import type { PersonalItem } from "../../person-data/index.ts";
import { readSecondFactor } from "./second-factor.ts";

/** What identity itself holds of a person, without hashes and secrets. */
export async function* exportIdentity(db: Database, personId: string): AsyncIterable<PersonalItem> {
  yield* await db.system(async (tx) => {
    const [person] = await tx.select().from(people).where(eq(people.id, personId));
    if (!person) return [];
    const { passwordHash, ...account } = person;
    const secondFactor = await readSecondFactor(tx, personId);
    const memberships = await tx
      .select({ workspaceId: workspaces.id, name: workspaces.name, role: members.role, joinedAt: members.joinedAt })
      .from(members)
      .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
      .where(eq(members.personId, personId));
    const devices = await tx.select().from(sessions).where(eq(sessions.personId, personId)).orderBy(asc(sessions.id));
    const keys = await tx
      .select({
        id: apiKeys.id,
        workspaceId: apiKeys.workspaceId,
        name: apiKeys.name,
        scope: apiKeys.scope,
        createdAt: apiKeys.createdAt,
        expiresAt: apiKeys.expiresAt,
        lastUsedAt: apiKeys.lastUsedAt,
      })
      .from(apiKeys)
      .where(eq(apiKeys.personId, personId));
    const links = await tx.select().from(providerIdentities).where(eq(providerIdentities.personId, personId));
    const invited = await tx
      .select({
        workspaceId: invitations.workspaceId,
        email: invitations.email,
        role: invitations.role,
        createdAt: invitations.createdAt,
      })
      .from(invitations)
      .where(eq(invitations.invitedBy, personId));
    return [
      { kind: "account", value: { ...account, hasPassword: passwordHash !== null, secondFactor } },
      ...memberships.map((value) => ({ kind: "memberships", value })),
      ...devices.map((value) => ({ kind: "sessions", value })),
      ...keys.map((value) => ({ kind: "apiKeys", value })),
      ...links.map((value) => ({ kind: "providers", value })),
      ...invited.map((value) => ({ kind: "invitations", value })),
    ];
  });
}
