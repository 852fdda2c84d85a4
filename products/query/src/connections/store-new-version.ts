import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { defaultUploadLimits, discardFile, keepFile } from "@mindmesh/kernel/storage";
import { and, eq } from "drizzle-orm";
import { StatementFailure } from "../engines/engine.ts";
import { type ConnectionRow, connections } from "../schema.ts";
import type { SessionDependencies } from "./open-session.ts";

/**
 * Keeps a changed copy of a connection's database as its file, in place of the version that it was made from. Stored files never
 * change, so a reader of the old version is not disturbed; it goes a day later.
 * @param fromFileId the version that the copy was made from
 * @returns the id of the new file
 * @throws StatementFailure when another change came first: theirs stays, and nothing of this one
 */
export async function storeNewVersion(
  { db, blobs }: Pick<SessionDependencies, "db" | "blobs">,
  row: ConnectionRow,
  fromFileId: string,
  path: string,
): Promise<string> {
  const { workspaceId } = row;
  const { size } = await stat(path);
  const name = row.files[0]?.name ?? "database";
  const stored = await keepFile(
    { db, blobs, limits: defaultUploadLimits, enqueueProcessing: async () => undefined },
    { workspaceId, personId: null },
    { name, announcedBytes: size, content: createReadStream(path), internal: true },
  );
  return db
    .withWorkspace({ workspaceId }, async (tx) => {
      const own = and(eq(connections.workspaceId, workspaceId), eq(connections.id, row.id));
      const [now] = await tx.select().from(connections).where(own).for("update");
      const [file] = now?.files ?? [];
      if (!now || file?.fileId !== fromFileId) {
        await discardFile(tx, { workspaceId, id: stored.id });
        return null;
      }
      await tx
        .update(connections)
        .set({ files: [{ ...file, fileId: stored.id, bytes: size }], version: now.version + 1 })
        .where(own);
      await discardFile(tx, { workspaceId, id: fromFileId });
      return stored.id;
    })
    .then((id) => {
      if (id !== null) return id;
      throw new StatementFailure(
        "other",
        "Nothing was changed: somebody else has changed the file meanwhile. Look at the preview again.",
      );
    });
}
