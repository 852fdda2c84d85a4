import { roleMay } from "@mindmesh/contracts/permissions";
import type { SavedQuery, SavedQueryVersion, savedQueryContent } from "@mindmesh/contracts/query/saved-queries";
import { type Database, type Transaction, containing, newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, desc, eq, or, sql } from "drizzle-orm";
import type { z } from "zod";
import { findConnection, mayUse } from "../connections/find-connection.ts";
import { peopleNames } from "../people-names.ts";
import { type SavedQueryRow, connections, savedQueries, savedQueryVersions } from "../schema.ts";

type Content = z.output<typeof savedQueryContent>;

const shape = (row: SavedQueryRow, names: ReadonlyMap<string, string>): SavedQuery => ({
  ...row,
  ownerName: names.get(row.ownerId) ?? null,
});

const withName = async (db: Database, row: SavedQueryRow) => shape(row, await peopleNames(db, [row.ownerId]));

const visible = (caller: MemberCaller) =>
  and(
    eq(savedQueries.workspaceId, caller.workspaceId),
    or(eq(savedQueries.ownerId, caller.personId), eq(savedQueries.shared, true)),
  );

/** Tells those who may see it, now or before. Call it last in a transaction. */
async function tell(tx: Transaction, caller: MemberCaller, row: SavedQueryRow, wasShared = false): Promise<void> {
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "query.saved.changed",
    payload: { savedQueryId: row.id, connectionId: row.connectionId },
    actorId: caller.personId,
    audiencePersonId: row.shared || wasShared ? null : row.ownerId,
  });
}

/**
 * A saved query that the caller may see: their own or a shared one, at a connection that is open to them.
 * @throws AppError not_found, not_allowed for a role that may use no connection
 */
export async function findSavedQuery(tx: Transaction, caller: MemberCaller, id: string): Promise<SavedQueryRow> {
  const [row] = await tx
    .select()
    .from(savedQueries)
    .where(and(visible(caller), eq(savedQueries.id, id)));
  requireRight(caller, "query.use");
  if (!row) throw new AppError("not_found");
  await findConnection(tx, caller, row.connectionId);
  return row;
}

async function findTheirs(tx: Transaction, caller: MemberCaller, id: string, mayManage: boolean) {
  const row = await findSavedQuery(tx, caller, id);
  if (row.ownerId !== caller.personId && !(mayManage && roleMay(caller.role, "query.manage"))) {
    throw new AppError("not_allowed", { message: "This query is somebody else's. Save it as one of your own." });
  }
  return row;
}

/** The caller's saved queries and the shared ones that hold all the words, last changed first. */
export async function listSavedQueries(
  db: Database,
  caller: MemberCaller,
  ask: { connectionId?: string | undefined; find?: string | undefined },
): Promise<SavedQuery[]> {
  requireRight(caller, "query.use");
  const words = (ask.find ?? "").split(/\s+/).filter((word) => word !== "");
  const all = sql`concat_ws(' ', ${savedQueries.name}, ${savedQueries.description}, ${savedQueries.folder},
    array_to_string(${savedQueries.tags}, ' '), ${savedQueries.sql})`;
  const found = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select({ row: savedQueries, roles: connections.roles })
      .from(savedQueries)
      .innerJoin(
        connections,
        and(eq(connections.workspaceId, savedQueries.workspaceId), eq(connections.id, savedQueries.connectionId)),
      )
      .where(
        and(
          visible(caller),
          ask.connectionId === undefined ? undefined : eq(savedQueries.connectionId, ask.connectionId),
          ...words.map((word) => sql`${all} ILIKE ${containing(word)}`),
        ),
      )
      .orderBy(desc(savedQueries.updatedAt))
      .limit(1000),
  );
  const rows = found.filter(({ roles }) => mayUse(caller, { roles })).map(({ row }) => row);
  const names = await peopleNames(
    db,
    rows.map(({ ownerId }) => ownerId),
  );
  return rows.map((row) => shape(row, names));
}

/** A saved query. @throws AppError not_found */
export async function readSavedQuery(db: Database, caller: MemberCaller, id: string): Promise<SavedQuery> {
  return withName(db, await db.withWorkspace(tenantOf(caller), (tx) => findSavedQuery(tx, caller, id)));
}

/** Saves a query; its first version. @throws AppError not_found for the connection, not_allowed */
export async function createSavedQuery(
  db: Database,
  caller: MemberCaller,
  { connectionId, ...content }: Content & { connectionId: string },
): Promise<SavedQuery> {
  const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const place = { workspaceId: caller.workspaceId, id: newId(), connectionId, ownerId: caller.personId };
    const [made] = await tx
      .insert(savedQueries)
      .values({ ...place, ...content, folder: folderOf(content) })
      .returning();
    if (!made) throw new AppError("internal");
    await keepVersion(tx, caller, made);
    await tell(tx, caller, made);
    return made;
  });
  return withName(db, row);
}

/** A folder's parts without empty ones and spaces around them. */
const folderOf = ({ folder }: Pick<Content, "folder">) =>
  folder
    .split("/")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("/");

async function keepVersion(tx: Transaction, caller: MemberCaller, row: SavedQueryRow): Promise<void> {
  const { workspaceId, id: savedQueryId, version, name, description, sql: text, parameters } = row;
  const content = { name, description, sql: text, parameters };
  await tx
    .insert(savedQueryVersions)
    .values({ workspaceId, savedQueryId, version, ...content, savedBy: caller.personId });
}

/** Changes a saved query of the caller. @throws AppError not_found, not_allowed, conflict */
export async function updateSavedQuery(
  db: Database,
  caller: MemberCaller,
  id: string,
  { version, ...content }: Content & { version: number },
): Promise<SavedQuery> {
  const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const old = await findTheirs(tx, caller, id, false);
    const [changed] = await tx
      .update(savedQueries)
      .set({ ...content, folder: folderOf(content), version: version + 1, updatedAt: new Date().toISOString() })
      .where(
        and(
          eq(savedQueries.workspaceId, caller.workspaceId),
          eq(savedQueries.id, id),
          eq(savedQueries.version, version),
        ),
      )
      .returning();
    if (!changed) throw new AppError("conflict");
    await keepVersion(tx, caller, changed);
    await tell(tx, caller, changed, old.shared);
    return changed;
  });
  return withName(db, row);
}

/** Deletes a saved query with its versions; admins may delete those of others. @throws AppError not_found, not_allowed */
export function deleteSavedQuery(db: Database, caller: MemberCaller, id: string): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findTheirs(tx, caller, id, true);
    await tx.delete(savedQueries).where(and(eq(savedQueries.workspaceId, caller.workspaceId), eq(savedQueries.id, id)));
    await tell(tx, caller, row);
  });
}

/** The versions of a saved query, newest first. @throws AppError not_found */
export async function listSavedQueryVersions(
  db: Database,
  caller: MemberCaller,
  id: string,
): Promise<SavedQueryVersion[]> {
  const rows = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findSavedQuery(tx, caller, id);
    return tx
      .select()
      .from(savedQueryVersions)
      .where(and(eq(savedQueryVersions.workspaceId, caller.workspaceId), eq(savedQueryVersions.savedQueryId, id)))
      .orderBy(desc(savedQueryVersions.version))
      .limit(200);
  });
  const names = await peopleNames(
    db,
    rows.map(({ savedBy }) => savedBy),
  );
  return rows.map(({ savedBy, ...row }) => ({
    ...row,
    savedBy: savedBy === null ? null : { id: savedBy, name: names.get(savedBy) ?? null },
  }));
}
