import { and, asc, eq, gt, or } from "drizzle-orm";
import { type PersonData, inPages } from "../person-data/index.ts";
import { type NotificationRow, notifications } from "./schema.ts";

/** What people were told; it refers to person and workspace and goes with them. */
export const notificationPersonData: PersonData = {
  name: "notifications",
  async *exportPerson(db, personId) {
    const rows = inPages<NotificationRow>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(notifications)
          .where(
            and(
              eq(notifications.personId, personId),
              after === null
                ? undefined
                : or(
                    gt(notifications.workspaceId, after.workspaceId),
                    and(eq(notifications.workspaceId, after.workspaceId), gt(notifications.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(notifications.workspaceId), asc(notifications.id))
          .limit(pageSize),
      ),
    );
    for await (const value of rows) yield { kind: "notifications", value };
  },
  async forgetPerson() {},
  async forgetWorkspace() {},
};
