import type { Folder, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, count, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { folders } from "./schema.ts";

const mostFolders = 500;

const own = (caller: MemberCaller, folderId?: string) =>
  and(
    eq(folders.workspaceId, caller.workspaceId),
    eq(folders.ownerId, caller.personId),
    folderId === undefined ? undefined : eq(folders.id, folderId),
  );

function announce(tx: Transaction, caller: MemberCaller): Promise<number> {
  const { workspaceId, personId } = caller;
  return emitEvent(tx, { workspaceId, type: "chat.folders.changed", payload: {}, audiencePersonId: personId });
}

/** The caller's folders in their order. */
export function listFolders(db: Database, caller: MemberCaller): Promise<Folder[]> {
  return db.withWorkspace(tenantOf(caller), (tx) =>
    tx.select().from(folders).where(own(caller)).orderBy(asc(folders.position), asc(folders.name)),
  );
}

/** Makes a folder at the end. */
export function createFolder(db: Database, caller: MemberCaller, input: { name: string }): Promise<Folder> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [have] = await tx.select({ count: count() }).from(folders).where(own(caller));
    if ((have?.count ?? 0) >= mostFolders) {
      throw new AppError("conflict", { message: `There can be at most ${mostFolders} folders. Delete one first.` });
    }
    const [row] = await tx
      .insert(folders)
      .values({
        workspaceId: caller.workspaceId,
        id: uuidv7(),
        ownerId: caller.personId,
        name: input.name,
        position: have?.count ?? 0,
      })
      .returning();
    if (!row) throw new AppError("internal");
    await announce(tx, caller);
    return row;
  });
}

/** Renames or moves a folder. */
export function updateFolder(
  db: Database,
  caller: MemberCaller,
  folderId: string,
  change: z.output<typeof chatRoutes.updateFolder.body>,
): Promise<Folder> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [row] =
      Object.keys(change).length === 0
        ? await tx.select().from(folders).where(own(caller, folderId))
        : await tx.update(folders).set(change).where(own(caller, folderId)).returning();
    if (!row) throw new AppError("not_found");
    await announce(tx, caller);
    return row;
  });
}

/** Deletes a folder; its conversations stay, outside of any folder. */
export function deleteFolder(db: Database, caller: MemberCaller, folderId: string): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const gone = await tx.delete(folders).where(own(caller, folderId)).returning({ id: folders.id });
    if (gone.length === 0) throw new AppError("not_found");
    await announce(tx, caller);
  });
}

/**
 * Makes sure that a folder is the caller's.
 * @throws AppError invalid_fields when it is gone
 */
export async function checkFolder(tx: Transaction, caller: MemberCaller, folderId: string): Promise<void> {
  const [folder] = await tx.select({ id: folders.id }).from(folders).where(own(caller, folderId));
  if (!folder) throw new AppError("invalid_fields", { fields: { folderId: "This folder does not exist any more." } });
}
