import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { type PersonData, inPages } from "../person-data/index.ts";
import { fileTexts, files } from "./schema.ts";

/** The files of people: described in an export, gone with the account. Their bytes go with the next sweep. */
export const filePersonData: PersonData = {
  name: "files",
  async *exportPerson(db, personId) {
    const rows = inPages<typeof files.$inferSelect>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(files)
          .where(
            and(
              eq(files.ownerId, personId),
              isNull(files.deletedAt),
              eq(files.internal, false),
              after === null
                ? undefined
                : or(
                    gt(files.workspaceId, after.workspaceId),
                    and(eq(files.workspaceId, after.workspaceId), gt(files.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(files.workspaceId), asc(files.id))
          .limit(pageSize),
      ),
    );
    for await (const { id, workspaceId, name, bytes, mediaType, createdAt } of rows) {
      yield { kind: "files", value: { id, workspaceId, name, bytes, mediaType, createdAt } };
    }
  },
  async forgetPerson(tx, personId) {
    const gone = await tx
      .update(files)
      // Long ago, so that the next sweep removes the bytes and does not wait a day.
      .set({ deletedAt: new Date(0).toISOString(), name: "deleted", nameClaims: null })
      .where(eq(files.ownerId, personId))
      .returning({ workspaceId: files.workspaceId, id: files.id });
    for (const { workspaceId, id } of gone) {
      await tx.delete(fileTexts).where(and(eq(fileTexts.workspaceId, workspaceId), eq(fileTexts.fileId, id)));
    }
  },
  // Its rows go with the workspace, and the sweep finds their bytes.
  async forgetWorkspace() {},
};
