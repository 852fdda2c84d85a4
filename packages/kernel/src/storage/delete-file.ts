import { roleMay } from "@mindmesh/contracts/permissions";
import { and, eq } from "drizzle-orm";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { tenantOf } from "../http/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { findFile } from "./readable-file.ts";
import { files } from "./schema.ts";

/**
 * Hides a file from everybody at once; the sweep removes its bytes later, so that a backup that runs just now is whole.
 * Allowed to its owner and to owners and admins of the workspace. @throws AppError not_found
 */
export async function deleteFile(db: Database, caller: MemberCaller, fileId: string): Promise<void> {
  const file = { workspaceId: caller.workspaceId, id: fileId };
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findFile(tx, file);
    const allowed = row?.ownerId === caller.personId || roleMay(caller.role, "content.manage");
    if (row === null || !allowed) throw new AppError("not_found");
    await discardFile(tx, file);
  });
}

/** The same for a product that is done with a file it took; checks no rights. */
export async function discardFile(tx: Transaction, file: { workspaceId: string; id: string }): Promise<void> {
  await tx
    .update(files)
    .set({ deletedAt: new Date().toISOString() })
    .where(and(eq(files.workspaceId, file.workspaceId), eq(files.id, file.id)));
}

/** Takes a file from the person who uploaded it: it is part of something of the workspace's now, and stays when they leave. */
export async function giveToWorkspace(tx: Transaction, file: { workspaceId: string; id: string }): Promise<void> {
  await tx
    .update(files)
    .set({ ownerId: null })
    .where(and(eq(files.workspaceId, file.workspaceId), eq(files.id, file.id)));
}
