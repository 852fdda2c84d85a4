import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { type PersonData, inPages } from "../person-data/index.ts";
import { files } from "./schema.ts";

/** The files of people: described in an export, gone with the account. Their bytes go with the next sweeps. */
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
    await tx
      .update(files)
      .set({ deletedAt: new Date().toISOString(), name: "deleted", nameClaims: null })
      .where(eq(files.ownerId, personId));
  },
  // Its rows go with the workspace, and the sweep finds their bytes.
  async forgetWorkspace() {},
};
